// The catalog: what there is, and at which URL. Derived from the settings; nothing of it is stored.
import type { TokenClaims } from '../../../infra/identity/port.ts';
import type { Call } from '../../http/operation.ts';

interface Service {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly description: string;
  /** The path behind the root; `{project}` is left out of tokens without one. */
  readonly path: string;
}

// Clients know block storage under either type. Not `volume` or `volumev2`: old clients would speak v1 or v2.
const services: readonly Service[] = [
  {
    id: '00000000000040008000000000000b01',
    type: 'block-storage',
    name: 'cinder',
    description: 'Block Storage',
    path: '/v3/{project}',
  },
  {
    id: '00000000000040008000000000000b02',
    type: 'volumev3',
    name: 'cinderv3',
    description: 'Block Storage, as older clients call it',
    path: '/v3/{project}',
  },
  {
    id: '00000000000040008000000000000b03',
    type: 'identity',
    name: 'keystone',
    description: 'Identity',
    path: '/identity/v3',
  },
  {
    id: '00000000000040008000000000000b04',
    type: 'image',
    name: 'glance',
    description: 'Image service',
    path: '/image',
  },
  {
    id: '00000000000040008000000000000b05',
    type: 'key-manager',
    name: 'barbican',
    description: 'Keys of encrypted volumes',
    path: '/key-manager',
  },
];

const interfaces = ['public', 'internal', 'admin'] as const;

/** Where the client is: the root of its URLs, and the region. */
export interface Place {
  readonly root: string;
  readonly region: string;
  /** A Glance that is not ours. */
  readonly imageUrl: string | null;
  /** A Barbican. */
  readonly keyManagerUrl: string | null;
}

export const placeOf = ({ links, settings }: Pick<Call, 'links' | 'settings'>): Place => ({
  root: links.root,
  region: settings.region,
  imageUrl: settings.imageUrl,
  keyManagerUrl: settings.keyManagerUrl,
});

const endpointId = (service: Service, index: number) => `${service.id.slice(0, 30)}${index + 1}${service.id.slice(31)}`;

function urlOf(service: Service, { root, imageUrl, keyManagerUrl }: Place, project: string | null): string {
  if (service.type === 'image' && imageUrl !== null) return imageUrl;
  if (service.type === 'key-manager' && keyManagerUrl !== null) return keyManagerUrl;
  return `${root}${service.path.replace('/{project}', project === null ? '' : `/${project}`)}`;
}

/** The catalog of a token, with the host that the client used. A token without a scope has none. */
export function catalogOf(claims: TokenClaims, place: Place) {
  if (claims.project === null && claims.domain === null && !claims.isSystem) return undefined;
  const project = claims.project?.id ?? null;
  return services.map((service) => ({
    id: service.id,
    type: service.type,
    name: service.name,
    endpoints: interfaces.map((name, index) => ({
      id: endpointId(service, index),
      interface: name,
      region: place.region,
      region_id: place.region,
      url: urlOf(service, place, project),
    })),
  }));
}

const link = (place: Place, path: string) => ({ self: `${place.root}/identity/v3/${path}` });

/** The services as an admin lists them. */
export function serviceList(place: Place) {
  return services.map(({ path: _path, ...service }) => ({
    ...service,
    enabled: true,
    links: link(place, `services/${service.id}`),
  }));
}

/** The endpoints as an admin lists them, with `$(project_id)s` where a token's project goes. */
export function endpointList(place: Place) {
  return services.flatMap((service) =>
    interfaces.map((name, index) => ({
      id: endpointId(service, index),
      interface: name,
      region: place.region,
      region_id: place.region,
      service_id: service.id,
      url: urlOf(service, place, '$(project_id)s'),
      enabled: true,
      links: link(place, `endpoints/${endpointId(service, index)}`),
    })),
  );
}

export function regionList(place: Place) {
  const { region } = place;
  return [{ id: region, description: '', parent_region_id: null, links: link(place, `regions/${region}`) }];
}
