// What the demo does, as lines for a shell.
import { type Request, signInBody } from '../service-client.ts';

/** The sign-in for a shell. The password is read from its file, so that it appears in no terminal and no history. */
export function signInAsCurl(root: string, user: string, passwords: string): string {
  const body = JSON.stringify(signInBody(user, '$PASSWORD')).replace('$PASSWORD', `'$PASSWORD'`);
  const line = `curl -si ${root}/identity/v3/auth/tokens -H 'Content-Type: application/json' -d '${body}'`;
  const project = `node -p 'JSON.parse(fs.readFileSync(0)).token.project.id'`;
  return [
    `PASSWORD=$(sed -n 's/.*"${user}": "\\(.*\\)".*/\\1/p' ${quoted(passwords)})`,
    `TOKEN=$(${line} | sed -n 's/^x-subject-token: *//Ip' | tr -d '\\r')`,
    `URL=${root}/v3/$(curl -s ${root}/identity/v3/auth/tokens -H "X-Auth-Token: $TOKEN" -H "X-Subject-Token: $TOKEN" | ${project})`,
  ].join('\n');
}

/** A request for a shell into which the sign-in and the earlier requests were pasted. */
export function asCurl({ method, path, body, keeps }: Request): string {
  const verb = method === 'GET' || body !== undefined ? '' : ` -X ${method}`;
  const json =
    body === undefined
      ? ''
      : ` -H 'Content-Type: application/json' -d '${JSON.stringify(body).replace(/\$[A-Z]+/g, `'$&'`)}'`;
  const line = `curl -s${verb} "$URL${path}" -H "X-Auth-Token: $TOKEN"${json}`;
  return keeps === undefined ? line : `${keeps.as}=$(${line} | node -p 'JSON.parse(fs.readFileSync(0)).${keeps.at}')`;
}

/** Waits in a shell until a resource has a status, or is gone. */
export function waitAsCurl([path, status]: readonly [path: string, status: string]): string {
  const word = status === 'gone' ? '"itemNotFound"' : `"status":"${status}"`;
  return `until curl -s "$URL${path}" -H "X-Auth-Token: $TOKEN" | grep -q '${word}'; do sleep 0.1; done`;
}

const quoted = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
