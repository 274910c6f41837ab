import { join } from 'node:path';
import type { Check } from '../../lib/conformance/index.ts';
import { fetchJars } from './fetch-jars.ts';
import { fetchNpm } from './fetch-npm.ts';
import type { CommandLine } from './running.ts';

/** A server that somebody else wrote, of one port. */
export interface Server {
  /** Also the name of its differences in `test/conformance/known.ts`. */
  readonly name: string;
  readonly version: string;
  readonly port: Check['port'];
  readonly service: 'SQS' | 'DYNAMODB';
  /** Fetches it at its first use, and says how to start it. @throws NotServed */
  install(): CommandLine;
}

const elasticmq = (version: string): Server => ({
  name: 'elasticmq',
  version,
  port: 'queue',
  service: 'SQS',
  install() {
    const jars = fetchJars({ groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version });
    return (port) => [
      'java',
      '-Drest-sqs.bind-hostname=127.0.0.1',
      `-Drest-sqs.bind-port=${port}`,
      '-Dnode-address.host=127.0.0.1',
      `-Dnode-address.port=${port}`,
      ...['-cp', join(jars, '*'), 'org.elasticmq.server.Main'],
    ];
  },
});

const dynalite = (version: string): Server => ({
  name: 'dynalite',
  version,
  port: 'table',
  service: 'DYNAMODB',
  install() {
    const folder = fetchNpm('dynalite', version);
    return (port) => [process.execPath, join(folder, 'cli.js'), '--host', '127.0.0.1', '--port', String(port)];
  },
});

/** Every server there is. DynamoDB Local is none of them: its licence asks whoever installs it for an AWS account. */
export const SERVERS: readonly Server[] = [elasticmq('1.7.1'), dynalite('4.0.0')];
