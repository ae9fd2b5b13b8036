import type { Backend, Call } from '../driver.ts';
import type { Claimed } from '../store/claim.ts';

/** Asks the driver. Throws the driver's error; may be asked again for the same operation. */
export type Task = (claimed: Claimed, backend: Backend, call: Call) => Promise<{ readonly location: string | null }>;
