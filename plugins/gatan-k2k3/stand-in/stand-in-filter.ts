import { type ScriptArgument, ScriptError, type ScriptFunctions, type ScriptValue } from './dm-script';

/** The values of a filter by the names that DM scripts have for them. */
export interface FilterValues {
  /** 0 for spectroscopy, 1 for imaging. */
  FilterMode: number;
  OffsetOn: number;
  Aperture: number;
  SlitIn: number;
  /** Electronvolts. */
  SlitWidth: number;
  SpectrumOffset: number;
  EnergyShift: number;
}

type ValueName = keyof FilterValues;
/** Values under the names of the newer functions, which wait for the filter by a function of their own. */
const newerNames: Readonly<Record<string, ValueName>> = {
  SlitIn: 'SlitIn',
  SlitWidth: 'SlitWidth',
  EnergyLoss: 'SpectrumOffset',
};

/** A filter that scripts can read and set, as they can a GIF; it takes every number. */
export class StandInFilter {
  readonly values: FilterValues = {
    FilterMode: 1,
    OffsetOn: 0,
    Aperture: 4,
    SlitIn: 0,
    SlitWidth: 20,
    SpectrumOffset: 0,
    EnergyShift: 0,
  };

  private follower: ((values: Readonly<FilterValues>) => void) | undefined;

  /** Has somebody follow the values, from the present ones on. */
  follow(follower: (values: Readonly<FilterValues>) => void): void {
    this.follower = follower;
    follower(this.values);
  }

  /** The functions of the filter for scripts: those of the first kind, and the newer ones. */
  functions(): ScriptFunctions {
    const table: Record<string, (...given: readonly ScriptArgument[]) => ScriptValue | void> = {
      ifwaitforfilter: () => 1,
      gt_centerzlp: () => 1,
    };
    for (const name of Object.keys(this.values) as ValueName[]) this.add(table, 'IFC', name, name);
    for (const [name, value] of Object.entries(newerNames)) this.add(table, 'IF', name, value);
    // Only its user changes the mode.
    delete table.ifcsetfiltermode;
    return table;
  }

  private add(
    table: Record<string, (...given: readonly ScriptArgument[]) => ScriptValue | void>,
    prefix: string,
    name: string,
    value: ValueName,
  ): void {
    table[`${prefix}Get${name}`.toLowerCase()] = () => this.values[value];
    table[`${prefix}Set${name}`.toLowerCase()] = (given) => {
      const wanted = given?.value();
      if (typeof wanted !== 'number') throw new ScriptError(`${prefix}Set${name} needs a number.`);
      this.values[value] = wanted;
      this.follower?.(this.values);
      return 1;
    };
  }
}
