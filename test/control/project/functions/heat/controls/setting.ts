export { setting as default } from '../../../../thermostat.ts';
