import { keystoneSuite } from '../suite.ts';

keystoneSuite('jws');
