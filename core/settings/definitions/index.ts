import camera from './camera.json';
import type { CameraValues } from './camera.types';
import type { PropertyDefinition } from './definition';
import generalAToL from './general-a-to-l.json';
import type { GeneralAToLValues } from './general-a-to-l.types';
import generalByVendor from './general-by-vendor.json';
import type { GeneralByVendorValues } from './general-by-vendor.types';
import generalMToZ from './general-m-to-z.json';
import type { GeneralMToZValues } from './general-m-to-z.types';
import { cameraRanges, generalRanges } from './ranges';

export type { FieldType, PropertyDefinition, PropertyForm, PropertyValue } from './definition';
export type { CameraValues } from './camera.types';

/** Values of all properties outside camera blocks, by SerialEM name. */
export interface GeneralValues extends GeneralAToLValues, GeneralMToZValues, GeneralByVendorValues {}
/** Name of a property outside camera blocks. */
export type GeneralName = keyof GeneralValues;
/** The type of a property's value. */
export type GeneralValue<Name extends GeneralName> = GeneralValues[Name];
/** The name of a property of a camera. */
export type CameraName = keyof CameraValues;
/** The type of a camera property's value. */
export type CameraValue<Name extends CameraName> = CameraValues[Name];

/** Marks that this program adds to the definitions of SerialEM. */
const marks = {
  ISdelayScaleFactor: { session: true },
} as const satisfies { readonly [Name in GeneralName]?: Partial<PropertyDefinition> };

/** The name of a property that calibrations set for the session. */
export type SessionProperty = {
  [Name in keyof typeof marks]: (typeof marks)[Name] extends { readonly session: true } ? Name : never;
}[keyof typeof marks];

const rangeOf = (range: PropertyDefinition['range']): Partial<PropertyDefinition> => (range ? { range } : {});

/** Every property of a scope, sorted by name. */
export const definitions = {
  general: [...generalAToL, ...generalMToZ, ...generalByVendor]
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((each) => ({
      ...each,
      ...marks[each.name as keyof typeof marks],
      ...rangeOf(generalRanges[each.name as GeneralName]),
    })),
  camera: camera.map((each) => ({ ...each, ...rangeOf(cameraRanges[each.name as CameraName]) })),
} as unknown as Readonly<Record<PropertyDefinition['scope'], readonly PropertyDefinition[]>>;

const byName = {
  general: new Map(definitions.general.map((each) => [each.name.toLowerCase(), each])),
  camera: new Map(definitions.camera.map((each) => [each.name.toLowerCase(), each])),
};

/** The definition of a property; upper and lower case are the same, as in SerialEM. */
export const findDefinition = (scope: PropertyDefinition['scope'], name: string): PropertyDefinition | undefined =>
  byName[scope].get(name.toLowerCase());

/** True when calibrations set a property for the session. */
export const isSessionProperty = (name: string): name is SessionProperty =>
  findDefinition('general', name)?.session ?? false;
