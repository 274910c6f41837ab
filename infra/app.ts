import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadApplication } from '../lib/runtime/application.ts';
import { bundleTiers, Cascade } from './index.ts';

/** The photo demo as it is deployed: `npx cdk deploy`. */
const application = await loadApplication('functions/photos');
const bundles = await bundleTiers(application, '.sluice/bundles');

const app = new App();
const stack = new Stack(app, 'SluicePhotos', { description: 'A cascade of three image models on queues' });
new Cascade(stack, 'Photos', { application, bundles });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
