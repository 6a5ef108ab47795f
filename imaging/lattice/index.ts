/** Lattices of gratings, crystals and grids in images. */
export { centred, type CorrelationPlane, latticeCorrelation } from './correlation';
export { findLattice, type LatticeSearch } from './find-lattice';
export type { Lattice } from './measure-lattice';
export { type CorrelationPeak } from './peaks';
export type { LatticeNotFound, LatticeKind } from './search';
export { trimDarkSurroundings, type TrimmedLattice } from './trim';
