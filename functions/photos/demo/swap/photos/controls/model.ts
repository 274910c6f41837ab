export { model as default } from 'sluice';
