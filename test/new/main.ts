// npm run new driver NAME: a driver of that name that works, on an array that is imagined, from
// workers/drivers/_template/.
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../harness/sources.ts';

/** `my-array` as names in code have it: `myArray`. */
const camel = (name: string) => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Makes the folder and its line in the list. Throws, having changed nothing, when the name is taken or cannot be one.
 */
export async function newDriver(name: string, under: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `${JSON.stringify(name)} cannot be the name of a driver: write small letters, digits and "-", as in my-array.`,
    );
  }
  const drivers = join(under, 'workers/drivers');
  const listed = await readFile(join(drivers, 'list.ts'), 'utf8');
  if ((await readdir(drivers)).includes(name)) throw new Error(`There is a driver ${name} already.`);
  const folder = join(drivers, name);
  await mkdir(folder);
  const made: string[] = [];
  for (const file of await readdir(join(drivers, '_template'))) {
    const to = join(folder, file);
    if (file.endsWith('.ts') || file.endsWith('.md')) {
      const text = await readFile(join(drivers, '_template', file), 'utf8');
      await writeFile(to, named(text, name));
    } else await copyFile(join(drivers, '_template', file), to);
    made.push(`workers/drivers/${name}/${file}`);
  }
  const key = name.includes('-') ? `'${name}'` : name;
  // In two parts: a file that holds the whole of it counts as one that imports it.
  const load = `import${`('./${name}/index.ts')`}`;
  const line = `  ${key}: async () => (await ${load}).${camel(name)}Driver,\n};\n`;
  await writeFile(join(drivers, 'list.ts'), listed.replace(/\};\n$/, line));
  return [...made, 'workers/drivers/list.ts'];
}

const named = (text: string, name: string) =>
  text
    .replaceAll('templateDriver', `${camel(name)}Driver`)
    .replaceAll('templateBackend', `${camel(name)}Backend`)
    .replaceAll("'template'", `'${name}'`)
    .replace("'A driver to copy.'", `'Volumes of ${name}.'`)
    .replace(/^\/\/ A driver to copy\. It works,/, `// The driver ${name}. It works so far`)
    .replace(/^# template: .*$/m, `# ${name}`);

if (process.argv[1]?.endsWith('main.ts') && process.argv[1].includes('new')) {
  const [what, name = ''] = process.argv.slice(2);
  try {
    if (what !== 'driver') throw new Error('usage: npm run new driver NAME');
    const made = await newDriver(name, root);
    process.stdout.write(`${made.map((path) => `+ ${path}\n`).join('')}
npx biome check --write && npm run docs     # its row in docs/drivers.md
npm test -- drivers/${name}                 # the suite, on an array that is imagined
docs/how-to/write-a-driver.md               # what to do next
`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
