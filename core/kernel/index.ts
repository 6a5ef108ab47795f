export * from './hooks';
export * from './image-buffers';
export * from './menu-item';
export * from './operator';
export * from './plugin';
