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

const get = /^IFCGet(\w+)\(\s*\)$/;
const set = /^IFCSet(\w+)\(\s*(-?\d+(?:\.\d+)?)\s*\)$/;
const exit = /^Exit\(\s*(.+?)\s*\)$/;

/** A filter that scripts of one call a line can read and set, as they can a GIF; it takes every number. */
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

  /** Runs a script. @returns what it gives to `Exit`, 0 without that; undefined for one that the filter does not understand */
  run(script: string): number | undefined {
    const lines = script
      .split(/[\n;]/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (lines.length === 0) return undefined;
    for (const line of lines) {
      const setting = set.exec(line);
      const given = exit.exec(line)?.[1];
      if (given !== undefined) return this.valueOf(given);
      if (!setting || !this.has(setting[1]!) || setting[1] === 'FilterMode') return undefined;
      this.values[setting[1]] = Number(setting[2]);
    }
    return 0;
  }

  private valueOf(expression: string): number | undefined {
    const name = get.exec(expression)?.[1];
    if (name !== undefined) return this.has(name) ? this.values[name] : undefined;
    return /^-?\d+(\.\d+)?$/.test(expression) ? Number(expression) : undefined;
  }

  private has(name: string): name is keyof FilterValues {
    return Object.hasOwn(this.values, name);
  }
}
