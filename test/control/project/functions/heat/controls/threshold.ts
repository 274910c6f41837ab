export { threshold as default } from 'sluice';
