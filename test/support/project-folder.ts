import path from 'node:path';

/** The root of the project. */
export const projectFolder = path.resolve(__dirname, '..', '..');
