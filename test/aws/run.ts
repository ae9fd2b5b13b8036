// npm run acceptance:aws: deploys a stage of its own to the account of this shell, runs the scenario on it, removes it.
import { publish } from './bucket.ts';
import { deploy, removal, remove, stage } from './deployment.ts';
import { makeIssuer } from './issuer.ts';
import { playScenario } from './scenario.ts';

const variable = 'SCORIA_ACCEPTANCE_AWS';
const wanted = 'deploys-and-costs-money';
const region = process.env.AWS_REGION;

const explained = `npm run acceptance:aws deploys the stage "${stage}" to the AWS account of this shell, and removes it at the end.

It takes 30 to 60 minutes. It costs less than one dollar: an hour of Aurora is 0.12 dollars for each ACU, at most 4 of
them; requests are below a cent. If it is killed, remove the stage yourself: ${removal}

To do it: ${variable}=${wanted} AWS_REGION=eu-central-1 npm run acceptance:aws
Nothing was done.
`;

const say = (line: string) => void process.stdout.write(`acceptance:aws: ${line}\n`);

async function run(region: string): Promise<void> {
  const issuer = await makeIssuer();
  const keys = await publish(issuer.jwks, region);
  try {
    const { target } = await deploy(issuer, keys.url, region);
    say(`deployed: ${target.url}`);
    await playScenario({ ...target, say });
    say('passed');
  } finally {
    await remove().catch((error: unknown) => {
      say(`THE STAGE IS STILL THERE AND COSTS MONEY: ${error}. Run: ${removal}`);
      process.exitCode = 1;
    });
    await keys.remove();
  }
}

if (process.env[variable] !== wanted || region === undefined || region === '') {
  process.stderr.write(explained);
  process.exitCode = 2;
} else {
  await run(region);
}
