// Splits a statement into its CTEs and its main query, so that more can be put around it.

/** The tokens that matter: quoted text, comments, brackets and words. */
const token =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|[()]|[A-Za-z_][\w$]*/g;

/** Where the main query begins, whether there are CTEs, whether anything in it writes, and whether it returns rows. */
export function mainOf(text: string): { main: number; hasCtes: boolean; writes: boolean; hasRows: boolean } {
  let depth = 0;
  let main = -1;
  let hasCtes = false;
  let writes = false;
  let hasRows = false;
  let last = '';
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === '(') depth += 1;
    else if (found === ')') depth -= 1;
    const word = found.toUpperCase();
    if (word === 'WITH' && depth === 0 && main < 0) hasCtes = true;
    if (word === 'INTO' && last === 'INSERT') writes = true;
    if (word === 'FROM' && last === 'DELETE') writes = true;
    // `FOR UPDATE` only locks.
    if (word === 'UPDATE' && last !== 'FOR' && last !== 'DO' && last !== 'KEY') writes = true;
    if (depth === 0 && main < 0 && /^(SELECT|INSERT|UPDATE|DELETE)$/.test(word)) {
      main = index;
      hasRows = word === 'SELECT';
    } else if (depth === 0 && main >= 0 && word === 'RETURNING') hasRows = true;
    last = word;
  }
  return { main: Math.max(main, 0), hasCtes, writes, hasRows };
}

/** The statement as the last CTE of a list that can be extended: `WITH …, name AS (…)`. */
export function asCte(text: string, name: string): string {
  const { main, hasCtes } = mainOf(text);
  return `${text.slice(0, main)}${hasCtes ? '\n,' : 'WITH'} ${name} AS (\n${text.slice(main)}\n)`;
}
