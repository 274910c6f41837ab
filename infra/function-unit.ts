import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** The code of a function. */
export interface FunctionCode {
  /** The folder with `index.mjs`. */
  readonly dir: string;
  /** Tells versions of it apart. */
  readonly hash: string;
}

/** What a function is made of. */
export interface FunctionUnitProps {
  readonly description: string;
  readonly code: FunctionCode;
  readonly memorySize: number;
  readonly timeoutSeconds: number;
  readonly ephemeralStorageSize?: number;
  readonly reservedConcurrency?: number;
  /** It goes on by messages to itself, as many as it takes: Lambda would stop it after 16, for a loop without an end. */
  readonly goesOn?: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
}

/** A function with a role and a log group of its own, made in the construct it belongs to. */
export class FunctionUnit {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, props: FunctionUnitProps) {
    const { description, code, memorySize, timeoutSeconds, ephemeralStorageSize = 512, reservedConcurrency } = props;
    this.logGroup = new LogGroup(scope, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
    this.function = new LambdaFunction(scope, 'Function', {
      description,
      code: Code.fromAsset(code.dir, { assetHash: code.hash }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize,
      timeout: Duration.seconds(timeoutSeconds),
      ephemeralStorageSize: Size.mebibytes(ephemeralStorageSize),
      role: this.role,
      logGroup: this.logGroup,
      environment: { ...props.environment },
      ...(props.goesOn && { recursiveLoop: RecursiveLoop.ALLOW }),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    });
  }
}
