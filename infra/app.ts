import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleApplication, Cascade } from './index.ts';

/** The photo demo as it is deployed: `npx cdk deploy`. */
const application = await bundleApplication('functions/photos');

const app = new App();
const stack = new Stack(app, 'SluicePhotos', { description: 'A cascade of three image models on queues' });
new Cascade(stack, 'Photos', { application });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
