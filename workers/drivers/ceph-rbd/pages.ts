// Images page by page, by their names. The dashboard counts from the beginning, where images come and go meanwhile: so a page
// begins with the image that the last one ended with, and where another is at its place, earlier ones are looked through.
import type { DriverCall } from '../../driver.ts';
import type { Image } from './images.ts';
import type { Place } from './place.ts';

const pageSize = 100;

export interface ImagePage {
  readonly images: readonly Image[];
  /** Hand it back to read on; null at the end. */
  readonly next: string | null;
}

/** The images of all pools whose names have a text in them; null begins. */
export async function imagesAfter(
  place: Place,
  search: string,
  after: string | null,
  call: DriverCall,
): Promise<ImagePage> {
  const from = after === null ? { pool: place.settings.pools[0] ?? '', offset: 0, name: '' } : tokenOf(after);
  const { images, end } = await listed(place, search, from, call);
  const last = images.at(-1)?.name ?? from.name;
  const isNew = (name: string) =>
    name.includes(search) &&
    name > from.name &&
    (end === null || name <= last) &&
    !images.some((one) => one.name === name);
  const added = [];
  for (const name of place.images.touched.in(from.pool).filter(isNew)) {
    const image = await place.images.find(from.pool, name, call);
    if (image !== null) added.push(image);
  }
  const all = [...images, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (end !== null) return { images: all, next: `${from.pool}/${end}/${last}` };
  const nextPool = place.settings.pools[place.settings.pools.indexOf(from.pool) + 1];
  return { images: all, next: nextPool === undefined ? null : `${nextPool}/0/` };
}

interface From {
  readonly pool: string;
  /** How many there were up to the name. */
  readonly offset: number;
  readonly name: string;
}

function tokenOf(text: string): From {
  const [pool = '', offset = '0', ...name] = text.split('/');
  return { pool, offset: Number(offset), name: name.join('/') };
}

/** What the dashboard lists after a name; `end` is where to go on, null at the end of the pool. */
async function listed({ images }: Place, search: string, { pool, offset, name }: From, call: DriverCall) {
  // What has gone is counted and not shown: pages may be empty.
  let start = Math.max(0, offset - 1);
  let isBefore = start === 0;
  for (;;) {
    const page = await images.slice(pool, search, start, pageSize + 1, call);
    const first = page.images[0]?.name;
    // Something before the name went, and what comes after it may be further to the front.
    if (!isBefore && (first === undefined || first > name)) {
      start = Math.max(0, start - pageSize);
      isBefore = start === 0;
      continue;
    }
    isBefore = true;
    const found = page.images.filter((one) => one.name > name);
    const end = start + pageSize + 1;
    if (end >= page.total) return { images: found, end: null };
    if (found.length > 0) return { images: found, end };
    start += pageSize;
  }
}
