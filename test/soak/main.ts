import { soakDeployed } from './deployed.ts';
import { soakEmbedded } from './embedded.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { progressBar } from './progress.ts';
import { isClean, reportJson, reportText } from './report.ts';

/** `npm run soak`: a cascade under load and under fire, and an account of every flow. */
if (process.argv.includes('--help')) {
  console.log(USAGE);
  process.exit(0);
}
let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const progress = progressBar(options.ms);
const report = await (options.deployed ? soakDeployed : soakEmbedded)(options, progress).finally(() => progress.end());
console.log(options.json ? JSON.stringify(reportJson(report), null, 2) : reportText(report));
process.exitCode = isClean(report) ? 0 : 1;
