import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * The acceptance test of a cloud. `AWS_ENDPOINT_URL` names an emulator that runs already; `SLUICE_ACCOUNT=yes` means the AWS
 * account of the environment's credentials, where it makes and deletes a stack; else a MiniStack is brought along.
 */
const DEPLOYED = ['test/conformance', 'test/cloud/deploy.test.ts'];
// What puts faulty gateways before the endpoint, or kills its functions, needs one that is at hand.
const EMULATED = ['test/aws', 'test/conformance', 'test/cloud', 'test/soak/deployed.test.ts'];

const { AWS_ENDPOINT_URL: endpoint, SLUICE_ACCOUNT: account } = process.env;
const suite = ['vitest', 'run', ...(endpoint === undefined && account ? DEPLOYED : EMULATED)];
const own = endpoint === undefined && !account;
const command = own ? [process.execPath, join(import.meta.dirname, 'ministack.ts'), '--', ...suite] : suite;
const { status } = spawnSync(command[0]!, [...command.slice(1), ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
