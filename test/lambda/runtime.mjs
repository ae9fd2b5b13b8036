// What Lambda's runtime does: imports the function's file, and works on one event after the other.
//
//   AWS_LAMBDA_RUNTIME_API=127.0.0.1:PORT node test/lambda/runtime.mjs FILE
import { request } from 'node:http';
import { pathToFileURL } from 'node:url';

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

function send(method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request(`${base}${path}`, { method }, async (answer) => {
      let text = '';
      for await (const part of answer) text += part;
      resolve({ headers: answer.headers, text });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const failure = (error) =>
  JSON.stringify({ errorType: error?.name ?? 'Error', errorMessage: error?.message ?? String(error) });

let handler;
const before = performance.now();
const used = process.cpuUsage();
try {
  ({ handler } = await import(pathToFileURL(process.argv[2]).href));
} catch (error) {
  await send('POST', '/init/error', failure(error));
  process.exit(1);
}
const says = (what, milliseconds) => {
  if (process.env.RUNTIME_SAYS) process.stderr.write(`${what} ${milliseconds.toFixed(1)} ms\n`);
};
says('import', performance.now() - before);
const { user, system } = process.cpuUsage(used);
says('processor', (user + system) / 1000);

for (;;) {
  const { headers, text } = await send('GET', '/invocation/next');
  const id = headers['lambda-runtime-aws-request-id'];
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = {
    awsRequestId: id,
    functionName: 'test',
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  const since = performance.now();
  try {
    const answer = await handler(JSON.parse(text), context);
    says('answer', performance.now() - since);
    await send('POST', `/invocation/${id}/response`, JSON.stringify(answer ?? null));
  } catch (error) {
    await send('POST', `/invocation/${id}/error`, failure(error));
  }
}
