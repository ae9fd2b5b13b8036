// What Scoria serves itself, as services and endpoints of the catalog: it follows from the settings, is not stored, and
// nobody can change or remove it.
import type { CatalogServiceRow, EndpointRow, RegionRow } from '../../../schema/identity.ts';
import type { Call } from '../../http/operation.ts';
import { refused } from '../keystone.ts';

interface Service {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly description: string;
  /** The path after the root; `{project}` is left out of tokens without one. */
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

export const interfaces = ['public', 'internal', 'admin'] as const;

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

/** The services as rows. */
export const builtInServices: readonly CatalogServiceRow[] = services.map(({ path: _path, ...service }) => ({
  ...service,
  enabled: true,
}));

/** The endpoints as rows, for a token of that project: null is one without, whose URLs end before it. */
export function builtInEndpoints(place: Place, project: string | null = '$(project_id)s'): readonly EndpointRow[] {
  return services.flatMap((service) =>
    interfaces.map((name, index) => ({
      id: endpointId(service, index),
      service_id: service.id,
      interface: name,
      region_id: place.region,
      url: urlOf(service, place, project),
      name: null,
      description: null,
      enabled: true,
    })),
  );
}

/** The region of the settings. */
export const builtInRegion = ({ region }: Place): RegionRow => ({
  id: region,
  description: '',
  parent_region_id: null,
});

/** The service of images is only a place-holder (decision 0002) where no Glance is given. */
export const isPlaceHolder = (service: CatalogServiceRow, { imageUrl }: Place) =>
  service.type === 'image' && imageUrl === null;

export const isBuiltInService = (id: string) => builtInServices.some((one) => one.id === id);

const fixed = (what: string) => refused(`${what} is Scoria's own: it follows from the settings.`);

export function requireOthersService(id: string): void {
  if (isBuiltInService(id)) throw fixed(`the service ${id}`);
}

export function requireOthersEndpoint(place: Place, id: string): void {
  if (builtInEndpoints(place).some((one) => one.id === id)) throw fixed(`the endpoint ${id}`);
}

export function requireOthersRegion({ region }: Place, id: string): void {
  if (id === region) throw fixed(`the region ${id}`);
}
