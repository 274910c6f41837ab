import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CloudOutput } from '../lib/aws/cloud-output.ts';

/** Puts it out as one line of JSON, `<id>Cloud`: names of queues have dots and dashes, and names of outputs cannot. */
export function outputCloud(scope: Construct, cloud: CloudOutput): void {
  const output = new CfnOutput(scope, 'Cloud', {
    description: 'What a client needs to connect: queue URLs by name, table and bucket',
    value: Stack.of(scope).toJsonString(cloud),
  });
  output.overrideLogicalId(`${scope.node.id.replace(/[^A-Za-z0-9]/g, '')}Cloud`);
}
