import { keystoneSuite } from '../suite.ts';

keystoneSuite('fernet');
