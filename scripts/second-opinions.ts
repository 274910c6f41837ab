import { conformance, conformanceSummary, conformanceTable, runConformance } from '../lib/conformance/index.ts';
import { awsBackend } from '../test/aws/endpoint.ts';
import { KNOWN } from '../test/conformance/known.ts';
import { NotServed } from './second-opinions/not-served.ts';
import { start } from './second-opinions/running.ts';
import { SERVERS, type Server } from './second-opinions/servers.ts';

/**
 * Asks servers that others wrote what they make of the conformance checks, through the AWS SDK: each serves one port only.
 * `node scripts/second-opinions.ts` fetches them into `.sluice/second-opinions/`; what cannot be had here is not run, and
 * said so. Exits with 1 where a check fails for which `test/conformance/known.ts` has no reason.
 */

// A script that is ended ends by `exit`, where running servers are stopped.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));

let failures = 0;
for (const server of SERVERS) {
  try {
    failures += await ask(server);
  } catch (error) {
    if (!(error instanceof NotServed)) throw error;
    console.log(`${server.name}: not run: ${error.message}\n`);
  }
}
process.exitCode = failures > 0 ? 1 : 0;

/** Runs the checks of the server's port, prints what differs, and returns the number of failures. */
async function ask({ name, version, port, service, install }: Server): Promise<number> {
  const running = await start(name, install());
  try {
    pointAt(service, running.endpoint);
    const backend = await awsBackend(KNOWN[name] ?? {}, [port]);
    const checks = conformance().filter((check) => check.port === port);
    const begun = performance.now();
    const results = await runConformance(backend, { checks, concurrency: 4 });
    const seconds = Math.round((performance.now() - begun) / 1_000);
    await backend.remove();
    const failed = results.filter(({ status }) => status === 'fail');
    const odd = results.filter(({ status }) => status !== 'pass');
    console.log(`${conformanceSummary(`${name} ${version} (${port})`, results)}, ${seconds} s`);
    console.log(odd.length > 0 ? `${conformanceTable(odd)}\n` : '');
    return failed.length;
  } finally {
    await running.stop();
  }
}

/** The SDK reads these when a client is made. */
function pointAt(service: Server['service'], endpoint: string): void {
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL']) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    [`AWS_ENDPOINT_URL_${service}`]: endpoint,
  });
}
