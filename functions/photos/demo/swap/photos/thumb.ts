export { default } from '../../../thumb.ts';
