// npm run acceptance: the service as it is, used by the clients as Debian packages them. The last line sums up.
// One suite alone: npm run acceptance -- life. With `install` every package that any of the acceptance runs needs is
// installed, and nothing is run.
import { unmetNeeds } from './packages.ts';
import { runSuites } from './runner.ts';

process.exitCode =
  process.argv[2] === 'install'
    ? Number(unmetNeeds().length > 0)
    : await runSuites({
        name: 'acceptance',
        folder: new URL('suites/', import.meta.url),
        // A suite takes one to two minutes on two cores of its own.
        timeoutMilliseconds: 600_000,
        suites: [
          ['postgres', ['clients', 'postgres']],
          ['cli-volumes', ['clients']],
          ['guide-self-hosted', ['clients', 'postgres', 'haproxy', 'socat', 'nginx']],
          ['guide-from-cinder', ['postgres', 'cinder']],
          ['aws-scenario', ['clients']],
          ['processes', ['postgres']],
          ['sqs', ['postgres']],
          ['worker', ['postgres']],
          ['life', []],
          ['stopping', []],
          ['repeated', []],
          ['demo', []],
          ['s3', ['radosgw']],
          ['keys', ['clients', 'barbican']],
          ['nova', ['clients', 'nova']],
          ['backups', []],
          ['cli-types', ['clients']],
          ['cli-operators', ['clients']],
          ['cli-identity-verbs', ['clients']],
          ['cli-identity', ['clients']],
          ['gophercloud-identity', ['gophercloud']],
          ['cli-catalog', ['clients']],
          ['cli-snapshots', ['clients']],
          ['python', ['clients']],
          ['edge', []],
          ['guide-edge', []],
          ['guide-infrastructure', ['clients']],
          ['haproxy', ['haproxy']],
          ['secrets', []],
          ['command', []],
        ],
      });
