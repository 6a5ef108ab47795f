export * from './temscript-client';
