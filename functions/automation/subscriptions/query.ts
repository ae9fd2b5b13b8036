import type { ListSpec, SortKey } from '../../http/list.ts';

export const absentSubscription = (id: string) => `Subscription ${id} could not be found.`;
const absentDelivery = (id: string) => `Delivery ${id} could not be found.`;

const byAge: Readonly<Record<string, SortKey>> = {
  created_at: { column: 'r.created_at', type: 'timestamptz' },
  id: { column: 'r.id', type: 'uuid' },
};

export const subscriptionList: ListSpec = {
  collection: 'subscriptions',
  linkKey: 'subscriptions_links',
  absent: absentSubscription,
  sortKeys: byAge,
  filters: {
    state: { kind: 'text', column: 'r.state', raw: true },
    url: { kind: 'text', column: 'r.url', raw: true },
  },
};

export const deliveryList: ListSpec = {
  collection: 'deliveries',
  linkKey: 'deliveries_links',
  absent: absentDelivery,
  sortKeys: byAge,
  filters: {
    status: { kind: 'text', column: 'r.status', wordsIn: 'lower' },
    kind: { kind: 'text', column: 'r.kind', raw: true },
    event_type: { kind: 'text', column: 'r.event_type', raw: true },
    resource_id: { kind: 'uuid', column: 'r.resource_id' },
  },
};
