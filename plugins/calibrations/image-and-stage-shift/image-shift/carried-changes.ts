import { service } from '../../../../core/base';

/** The magnifications, as `camera:mag index`, from which a change was carried over to others in this session. */
export type CarriedChanges = Set<string>;
/** The token of the changes that were carried over. */
export const CarriedChanges = service<CarriedChanges>('CarriedChanges');
