import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Sources } from './bundle-sources.ts';

/** A function of Lambda has its credentials in the environment, for as long as its process lives. */
const ENV_CREDENTIALS = `export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  throw new Error('no credentials in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
};
export const credentialsWillNeedRefresh = () => false;
export const credentialsTreatedAsExpired = () => false;
`;

/** Leaves out what of the SDK's credential chain Lambda has no use for: profiles, SSO, metadata services. */
export const credentialsPlugin: Plugin = {
  name: 'sluice-credentials',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({
      path,
      namespace: 'credentials',
      sideEffects: false,
    }));
    build.onLoad({ filter: /./, namespace: 'credentials' }, () => ({ contents: ENV_CREDENTIALS, loader: 'js' }));
  },
};

/** `sluice` is the very framework that bundles, so that tier and handler share one copy of it. */
export function frameworkPlugin(sources: Sources): Plugin {
  return {
    name: 'sluice-framework',
    setup(build) {
      build.onResolve({ filter: /^sluice$/ }, () => ({ path: sources.index, sideEffects: false }));
      // Definitions were loaded before they were bundled, so no name in them is misspelt: a function suggests none.
      const core = join(dirname(sources.index), 'core');
      build.onLoad({ filter: /[\\/]nearest\.[jt]s$/ }, ({ path }) =>
        dirname(path) === core ? { contents: "export const didYouMean = () => '';" } : undefined,
      );
    },
  };
}
