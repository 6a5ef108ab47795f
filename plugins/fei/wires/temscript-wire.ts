import { propertyCalls } from '../../../core/devices';
import { TemscriptClient, type TemscriptOptions } from '../../../wires';
import { feiErrors } from '../errors';
import {
  type FeiLack,
  type FeiMore,
  type FeiProperty,
  type FeiTransport,
  type RawPair,
  axisBits,
  feiProperties,
  imagingMode,
  lensNumbers,
} from '../transport';

/** Address of the server, and time limits; seconds. */
export interface TemscriptWireOptions extends TemscriptOptions {
  readonly stageTimeoutFactor: number;
}

/** Limits of slow calls, in seconds; a little less than those of the guard before the wires. */
const slowLimit = 55;
const stageLimit = 80;
const voltsPerKilovolt = 1000;
/** The server's names for the groups of lenses that it can normalize. */
const lensNames: Readonly<Record<number, string>> = {
  [lensNumbers.spotSize]: 'SPOTSIZE',
  [lensNumbers.condenser]: 'CONDENSER',
  [lensNumbers.illumination]: 'OBJECTIVE_CONDENSER',
  [lensNumbers.objective]: 'OBJECTIVE',
  [lensNumbers.projector]: 'PROJECTOR',
  [lensNumbers.all]: 'ALL',
};
/** The names of the objective with the projector: that of a server before a microscope, then that of its documentation and Null server. */
const projectionNames: readonly string[] = ['OBJECTIVE_PROJECTIVE', 'OBJECTIVE_PROJECTOR'];

/**
 * FEI's scripting interface through the HTTP server of temscript on the microscope computer: metres, radians and names of modes. The
 * server does not have all properties of the table; its beam tilt is the dark-field tilt, which this wire never touches.
 */
export function temscriptFeiWire(options: TemscriptWireOptions): Required<FeiTransport> {
  const server = new TemscriptClient(options, { notOpen: feiErrors.notOpen, refused: feiErrors.serverRefused });
  const calls = propertyCalls<typeof feiProperties, FeiMore>(
    feiProperties,
    async (name, property, [signal]) => {
      const endpoint = endpointOf(name, property);
      return valueOf(endpoint, property, await server.get(endpoint, { signal }));
    },
    async (name, property: FeiProperty, given, [signal]) =>
      server.put(endpointOf(name, property), sentOf(property, given), {
        signal,
        ...(property.slow && { limit: slowLimit }),
      }),
  );
  let takenProjectionNames = projectionNames;
  const text = async (name: string, signal?: AbortSignal): Promise<string> => {
    const value = await server.get(name, { signal });
    if (typeof value !== 'string') throw feiErrors.strangeAnswer(name, value);
    return value;
  };
  const place = async (signal?: AbortSignal): Promise<Record<'x' | 'y' | 'z' | 'a', number>> => {
    const answer = await server.get('stage_position', { signal });
    const { x, y, z, a } = (answer ?? {}) as Record<string, unknown>;
    if (!isNumber(x) || !isNumber(y) || !isNumber(z) || !isNumber(a))
      throw feiErrors.strangeAnswer('stage_position', answer);
    return { x, y, z, a };
  };
  return {
    ...calls,
    lacks,
    open: (signal) => {
      takenProjectionNames = projectionNames;
      return server.open('family', signal);
    },
    close: () => server.close(),
    getVersions: async (signal) => ({
      'temscript server': await text('version', signal),
      family: await text('family', signal),
      'microscope id': await text('microscope_id', signal),
    }),
    // Some servers still report the last magnification in diffraction.
    getMagnificationIndex: async (signal) =>
      (await calls.getImagingMode(signal)) === imagingMode.diffraction ? 0 : calls.getMagnificationIndex(signal),
    getHighVoltage: async (signal) => voltsPerKilovolt * (await calls.getHighVoltage(signal)),
    normalizeLens: async (lens, signal) => {
      const names = lens === lensNumbers.projection ? takenProjectionNames : [lensNames[lens] ?? 'ALL'];
      const taken = await server.putFirst('normalize', names, { signal, limit: slowLimit });
      if (lens === lensNumbers.projection) takenProjectionNames = [taken];
    },
    getStagePosition: async (signal) => {
      const { x, y, z } = await place(signal);
      return { x, y, z };
    },
    getStemField: async (signal) => {
      const field = await server.get('stem_full_scan_field_of_view', { signal });
      const [x, y] = Array.isArray(field) ? (field as readonly unknown[]) : [];
      if (!isNumber(x) || !isNumber(y)) throw feiErrors.strangeAnswer('stem_full_scan_field_of_view', field);
      return { x, y };
    },
    getTiltAngle: async (signal) => (await place(signal)).a,
    setStagePosition: ({ x, y, z, alpha }, axes, speed) =>
      server.put(
        `stage_position?method=GO${speed === undefined ? '' : `&speed=${speed}`}`,
        {
          ...(axes & axisBits.x && { x }),
          ...(axes & axisBits.y && { y }),
          ...(axes & axisBits.z && { z }),
          ...(axes & axisBits.alpha && { a: alpha }),
        },
        { limit: (stageLimit * options.stageTimeoutFactor) / (speed ?? 1) },
      ),
  };
}

/** Capabilities of the properties that the server does not have. */
const lacks: ReadonlySet<FeiLack> = new Set(
  Object.values(feiProperties).flatMap((property) =>
    'lack' in property && !('temscript' in property) ? [property.lack] : [],
  ),
);

function endpointOf(name: string, { temscript, lack = name }: FeiProperty): string {
  if (temscript === undefined) throw feiErrors.notOnThisWire(lack);
  return temscript;
}

/** A value of the server; it counts only when it is of the right kind. */
function valueOf(endpoint: string, { as: { form, scale }, names }: FeiProperty, answer: unknown): unknown {
  const value = names ? numberNamed(names, answer) : answer;
  switch (form) {
    case 'flag':
      if (typeof value === 'boolean') return value;
      break;
    case 'pair':
      if (isPair(value)) return { x: value[0] * scale, y: value[1] * scale } satisfies RawPair;
      break;
    case 'whole':
      if (isNumber(value) && Number.isInteger(value) && value >= 0) return value;
      break;
    case 'number':
      if (isNumber(value)) return value * scale;
  }
  throw feiErrors.strangeAnswer(endpoint, answer);
}

/** A value as the server takes it. */
function sentOf({ as: { form, scale }, names }: FeiProperty, given: readonly unknown[]): unknown {
  if (form === 'pair') return given.map((value) => Number(value) / scale);
  if (form === 'number') return Number(given[0]) / scale;
  return names ? nameOf(names, Number(given[0])) : given[0];
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);
const numberNamed = (names: Readonly<Record<string, number>>, name: unknown): number | undefined =>
  typeof name === 'string' && Object.hasOwn(names, name) ? names[name] : undefined;
const nameOf = (names: Readonly<Record<string, number>>, wanted: number): string =>
  Object.keys(names).find((name) => names[name] === wanted) ?? String(wanted);
