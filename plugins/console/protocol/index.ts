export * from './change-state';
export * from './commands';
export * from './frames';
export * from './state';
export * from './verdict';
export * from './working-state';
