import { type Matrix, magIndex, seconds } from '../../../core/base';
import type { Driver, Stage } from '../../../core/devices';
import { type ComJeolWireOptions, comJeolWire } from '../../../plugins/jeol/wires/com-wire';
import { JeolApertures } from '../../../plugins/jeol/apertures';
import type { JeolColumn } from '../../../plugins/jeol/column';
import { jeolDevices } from '../../../plugins/jeol/devices';
import { OmegaFilter } from '../../../plugins/jeol/filter';
import { JeolFreeLenses } from '../../../plugins/jeol/free-lenses';
import { JeolOpticsDevices } from '../../../plugins/jeol/optics-devices';
import { JeolScope } from '../../../plugins/jeol/scope';
import { serializeTransport } from '../../../plugins/jeol/wires/serial-transport';
import { JeolStage } from '../../../plugins/jeol/stage';
import { type JeolTransport, jeolProperties } from '../../../plugins/jeol/transport';
import { type WholeColumnUnderTest, describeColumn } from '../../../testing/describe-column';
import { describeScope } from '../../../testing/describe-scope';
import { type StageUnderTest, describeStage } from '../../../testing/describe-stage';
import { expectRoundTrips } from '../../conformance/property-round-trip';
import { recording } from '../../../testing/recording';
import { PacedClock } from '../../support/paced-clock';
import { until } from '../../support/until';
import { StandInFolder, describeOnWindows, prepareWindows } from '../../support/windows';
import { type JeolDevices, jeolTokens, omegaModel, plainColumn, targetOf } from './make-column';
import { guardedColumn } from '../../support/guarded';
import { needs } from '../../support/needs';

const facts = {
  regularMags: [6, 8],
  lowMag: 2,
  absentMag: 11,
  steps: { imageShift: 0.00508 / 2, defocusMicrometres: 0.0058 / 2 },
} as const;
const columnFacts = {
  has: jeolTokens,
  regularMag: 6,
  lowMag: 2,
  steps: { 'beam shift': 0.025 / 2, intensity: 1 / 65535 },
};
/** One of six ends a process. */
const faults = process.env.EUCENTRIC_VERIFY ? 500 : 18;
/** Simulated seconds in a real one; what the stand-in takes is real. */
const speed = 40;

/** One process that speaks to the stand-in column, which many tests use one after the other. */
class Columns {
  readonly folder = new StandInFolder();
  readonly wire: JeolTransport;
  private readonly before = { ...process.env };

  constructor(changes: Partial<ComJeolWireOptions> = {}) {
    const windows = prepareWindows();
    Object.assign(process.env, this.folder.environment(windows));
    this.wire = comJeolWire({
      program: 'TEMExt.TEM3',
      hostCommand: windows.command,
      answerLimit: 600,
      readyLimit: 60,
      ...changes,
    });
  }

  async make(
    imageToBeam: () => Matrix | undefined = () => undefined,
    column: JeolColumn = plainColumn,
  ): Promise<
    StageUnderTest &
      WholeColumnUnderTest & {
        readonly scope: JeolDevices;
        readonly stage: Driver<Stage>;
        readonly transport: JeolTransport;
      }
  > {
    const { wire } = this;
    await wire.open();
    await wire.setTemStem(false);
    await wire.setFunctionMode(0);
    await wire.setSelector(1);
    for (const deflector of ['IS1', 'CLA1'] as const) await wire.setDeflector(deflector, 0x8000, 0x8000);
    for (const lens of ['OLc', 'OLf', 'OM'] as const) await wire.setLens(lens, 0x8000);
    await wire.setScreen(2);
    await wire.setBeamBlank(false);
    await wire.setEnergyShiftSwitch(false);
    await wire.setStageXY(0, 0);
    await wire.setStageZ(0);
    await wire.setTiltX(0);
    await this.rest();
    const clock = new PacedClock(speed);
    const recorded = recording<JeolTransport>(wire);
    const transport = serializeTransport(recorded.transport, clock);
    const scope = new JeolScope(transport, column, { clock, imageToBeam });
    await scope.start();
    return {
      ...guardedColumn<JeolDevices>(
        jeolDevices(
          scope,
          new JeolOpticsDevices(transport),
          new JeolFreeLenses(transport),
          new OmegaFilter(transport, omegaModel, clock),
          new JeolApertures(transport, plainColumn, clock),
          column,
        ),
        { clock },
      ),
      stage: new JeolStage(transport, plainColumn, clock),
      clock,
      transport,
      writes: () => recorded.writes(),
      targets: () => recorded.writes().flatMap(targetOf),
      dispose: () => this.rest(),
    };
  }

  private async rest(): Promise<void> {
    await until('the stage rested', async () => (await this.wire.getStageStatus()).every((state) => state === 0));
  }

  async close(): Promise<void> {
    await this.wire.close();
    this.folder.remove();
    for (const name of Object.keys(process.env)) if (!(name in this.before)) delete process.env[name];
    Object.assign(process.env, this.before);
  }
}

describe('JEOL column over COM elsewhere than on Windows', () => {
  needs('another system than Windows', process.platform !== 'win32').test('says what to do instead', async () => {
    const wire = comJeolWire({ program: 'TEMExt.TEM3', hostCommand: [], answerLimit: 5, readyLimit: 5 });
    await expect(wire.open()).rejects.toMatchObject({ code: 'jeol/needs-windows' });
  });
});

describeOnWindows('JEOL column over COM', () => {
  let columns: Columns;
  beforeAll(() => void (columns = new Columns()));
  afterAll(() => columns.close());

  describeScope('JEOL column over COM', () => columns.make(), facts);
  describeColumn('JEOL column over COM', () => columns.make(), columnFacts);
  describeStage('JEOL stage over COM', () => columns.make(), {
    limits: plainColumn.stageLimits,
    largestTiltDegrees: plainColumn.largestTilt,
    step: 1e-3,
  });

  it('gives back every property of the table', async () => {
    await columns.make();
    // The column takes a moment to change its function mode.
    await expectRoundTrips(jeolProperties, columns.wire, {}, (arrived) => until('it has arrived', arrived));
  });

  it('gets values in its own units', async () => {
    const { wire } = columns;
    await columns.make();
    await wire.setDeflector('IS1', 1000, 65535);
    await wire.setLens('CL3', 12345);
    await wire.setSpotSize(4);
    await wire.setAlpha(2);
    expect(columns.folder.state('jeol')).toMatchObject({ IS1X: 1000, IS1Y: 65535, CL3: 12345, spot: 4, alpha: 2 });
    expect(await wire.getHtValue()).toBe(300_000);
    expect(await wire.getDeflector('IS1')).toEqual({ x: 1000, y: 65535 });
    await expect(wire.setLens('CL3', 65536)).rejects.toMatchObject({
      message: expect.stringContaining('65536 is not a value') as string,
    });
  });

  it('changes the function mode where the magnification needs another', async () => {
    const { scope } = await columns.make();
    await scope.magIndex.write(magIndex(9));
    expect(columns.folder.state('jeol')).toMatchObject({ mode: 3, selector3: 0 });
    await scope.magIndex.write(magIndex(3));
    expect(columns.folder.state('jeol')).toMatchObject({ mode: 2, selector2: 2 });
  });

  it.each(['CLA1', 'CLA2'] as const)('shifts a scan by %s and reads where it does nothing', async (shiftDeflector) => {
    const scan = {
      magIndexes: new Set([6]),
      ranges: [{ mode: 0, first: 6 }],
      shiftDeflector,
      defocusFactor: 0.7143,
      switchDelay: { toStem: seconds(1), toTem: seconds(0) },
      preMagDelay: seconds(1.5),
    };
    const { scope, transport } = await columns.make(undefined, { ...plainColumn, scan });
    const before = columns.folder.state('jeol');
    await transport.setTemStem(true);
    await scope.imageShift.write({ x: 2.5, y: -5 } as never);
    const after = columns.folder.state('jeol');
    expect([after[`${shiftDeflector}X`]! - 0x8000, after[`${shiftDeflector}Y`]! - 0x8000]).toEqual([100, -200]);
    expect([after['IS1X'], after['IS1Y']]).toEqual([before['IS1X'], before['IS1Y']]);
    // The stand-in's neutral value in a scan is 120 steps and some units away from the centre.
    const { x } = await scope.neutral.read();
    expect(Math.abs(x - 120 * 0.025)).toBeLessThanOrEqual(40 * 0.025);
    expect(columns.folder.state('jeol')).toMatchObject({ [`${shiftDeflector}X`]: 0x8000 + 100 });
    await transport.setTemStem(false);
  });

  it('moves the beam along with image shift', async () => {
    const { scope } = await columns.make(() => ({ xpx: 0.5, xpy: 0, ypx: 0, ypy: -0.5 }));
    await scope.imageShift.write({ x: 5, y: 5 } as never);
    const { CLA1X, CLA1Y } = columns.folder.state('jeol');
    expect([CLA1X! - 0x8000, CLA1Y! - 0x8000]).toEqual([100, -100]);
  });

  it.each(['busy', 'answer 7'])('makes a call again that was answered by "%s"', async (mood) => {
    const { transport } = await columns.make();
    columns.folder.expect(`EOS3.SelectSpotSize ${mood}`, `EOS3.SelectSpotSize ${mood}`);
    await transport.setSpotSize(3);
    expect(await transport.getSpotSize()).toBe(3);
  });

  it('gives up on a column that stays busy, and says how it answered', async () => {
    const { transport } = await columns.make();
    columns.folder.expect(...Array<string>(10).fill('EOS3.SelectSpotSize answer 7'));
    await expect(transport.setSpotSize(3)).rejects.toMatchObject({
      code: 'jeol/busy',
      message: expect.stringContaining('answered 7 instead of 0') as string,
    });
  });

  it(`never gives a wrong number through ${faults} faults of the server`, async () => {
    const { transport } = await columns.make();
    const moods = ['refuse', 'busy', 'late 40', 'answer 9', 'late 5', 'crash'];
    const members = ['Def3.SetCLA1', 'Def3.GetCLA1', 'Lens3.SetCL3', 'Lens3.GetCL3', 'EOS3.GetFunctionMode'];
    let failed = 0;
    for (let seed = 0; seed < faults; seed++) {
      columns.folder.expect(`${members[(seed * 7) % members.length]} ${moods[seed % moods.length]}`);
      const pair = { x: 1000 + seed, y: 60000 - seed };
      /** A call that was not refused was done, and reads as it was written. */
      const check = async (
        write: () => Promise<void>,
        read: () => Promise<unknown>,
        wanted: unknown,
      ): Promise<void> => {
        const answer: unknown = await write()
          .then(read)
          .catch((thrown: unknown) => thrown);
        if (!(answer instanceof Error)) return expect({ seed, answer }).toEqual({ seed, answer: wanted });
        failed++;
        expect(answer).toMatchObject({
          code: 'jeol/call-failed',
          message: expect.stringMatching(/^JEOL column: /) as string,
          hint: expect.stringMatching(/\.$/) as string,
        });
      };
      await check(
        () => transport.setDeflector('CLA1', pair.x, pair.y),
        () => transport.getDeflector('CLA1'),
        pair,
      );
      await check(
        () => transport.setLens('CL3', pair.x),
        () => transport.getLens('CL3'),
        pair.x,
      );
      await check(
        async () => {},
        () => transport.getFunctionMode(),
        0,
      );
    }
    expect(failed).toBeGreaterThan(faults / 6);
  }, 1_200_000);

  it('fails one call when the server crashes, and reaches the column again', async () => {
    const { transport } = await columns.make();
    await transport.setSpotSize(2);
    columns.folder.expect('Lens3.GetCL3 crash');
    await expect(transport.getLens('CL3')).rejects.toMatchObject({
      code: 'jeol/call-failed',
      message: expect.stringContaining('ended by itself') as string,
    });
    expect(await transport.getSpotSize()).toBe(2);
  });
});

describeOnWindows('JEOL columns over COM that differ', () => {
  let columns: Columns | undefined;
  afterEach(async () => {
    await columns?.close();
    columns = undefined;
  });

  it('one that is not ready yet is waited for', async () => {
    columns = new Columns();
    columns.folder.expect('HT3.GetHtValue answer 1', 'HT3.GetHtValue busy');
    await columns.wire.open();
    expect(await columns.wire.getHtValue()).toBe(300_000);
  });

  it('one that is never ready is given up on', async () => {
    columns = new Columns({ readyLimit: 1 });
    columns.folder.expect(...Array<string>(50).fill('HT3.GetHtValue answer 1'));
    await expect(columns.wire.open()).rejects.toMatchObject({
      message: expect.stringContaining('answered 1 instead of 0') as string,
    });
  });
});
