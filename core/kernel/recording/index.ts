export { WireRecorder } from './recorder';
export { WireReplay } from './replay';
