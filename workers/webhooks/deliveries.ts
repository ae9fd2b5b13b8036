// The deliveries of a dispatcher that are under way.
import type { Work } from './find-work.ts';
import { type Serving, serve } from './serve.ts';

export interface Deliveries {
  /** Begins to deliver to one subscription, which is busy until its outcomes are written down. */
  begin(work: Work): void;
  areUnderWay(): boolean;
  /** Resolves when all of them have ended. */
  ended(): Promise<void>;
}

/** `oneEnded` is called after each: its subscription may be delivered to again. */
export function deliveriesOf(serving: Serving, oneEnded: () => void): Deliveries {
  const underWay = new Set<Promise<void>>();
  return {
    begin({ lane, chosen }) {
      lane.isBusy = true;
      const delivery: Promise<void> = serve(serving, lane, chosen)
        .catch((error: unknown) => serving.log.error('delivery-failed', { id: lane.id, reason: String(error) }))
        .finally(() => {
          lane.isBusy = false;
          underWay.delete(delivery);
          oneEnded();
        });
      underWay.add(delivery);
    },
    areUnderWay: () => underWay.size > 0,
    ended: async () => void (await Promise.all(underWay)),
  };
}
