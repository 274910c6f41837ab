export { default } from '../../../deep.ts';
