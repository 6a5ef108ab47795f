/** The instrument as the program puts it together, for the tests of plugins. */
export { type Instrument, type InstrumentOptions, createInstrument } from './instrument/instrument';
export { exampleConfigurations } from './version';
