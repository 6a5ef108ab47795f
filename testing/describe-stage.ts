import fc from 'fast-check';
import { EucentricError, StoppedError, degrees, inDegrees, inMicrometres, metres, micrometres } from '../core/base';
import type { Driver, Stage, StageMove, StagePosition } from '../core/devices';
import type { ColumnUnderTest } from './describe-scope';

/** A stage on a wire that remembers its commands. */
export interface StageUnderTest extends ColumnUnderTest {
  /** The targets that the stage was sent, in order: micrometres and degrees in stage coordinates, only the axes that were to move. */
  targets(): readonly { readonly x?: number; readonly y?: number; readonly z?: number; readonly tilt?: number }[];
}

/** Facts about a stage for its suite. */
export interface StageFacts {
  /** Micrometres. */
  readonly limits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly largestTiltDegrees: number;
  /** Reported distance of the stage from its target, at most, in micrometres and degrees. */
  readonly step?: number;
  /**
   * True when X and Y can only be sent together; the axis that does not move is then sent with its present position.
   */
  readonly planarAxesTogether?: boolean;
}

const plain = (at: StagePosition) => ({
  x: inMicrometres(at.x),
  y: inMicrometres(at.y),
  z: inMicrometres(at.z),
  tilt: inDegrees(at.tilt),
});

/** Contract of every plugin that provides `Stage`. */
export function describeStage(name: string, make: () => Promise<StageUnderTest>, facts: StageFacts): void {
  describe(`${name} as a Stage`, () => {
    let column: StageUnderTest;
    let stage: Driver<Stage>;
    const step = facts.step ?? 1e-3;
    const { limits, largestTiltDegrees } = facts;

    beforeEach(async () => {
      column = await make();
      ({ stage } = column);
    });
    afterEach(() => column.dispose());

    const expectAt = async (wanted: Partial<Record<'x' | 'y' | 'z' | 'tilt', number>>): Promise<void> => {
      const at = plain(await stage.position.read());
      for (const [axis, value] of Object.entries(wanted))
        expect(Math.abs(at[axis as 'x'] - value)).toBeLessThanOrEqual(step);
    };
    const expectRest = async (): Promise<void> => {
      const at = await stage.position.read();
      await column.clock.delay(5 as never);
      expect(await stage.position.read()).toEqual(at);
    };

    it('goes to its target, axis by axis and all at once', async () => {
      await stage.move({ x: micrometres(12.5) });
      await stage.move({ y: micrometres(-33.25) });
      await expectAt({ x: 12.5, y: -33.25, z: 0, tilt: 0 });
      await stage.move({ z: micrometres(7) });
      await stage.move({ tilt: degrees(-21) });
      await expectAt({ x: 12.5, y: -33.25, z: 7, tilt: -21 });
      await stage.move({ x: micrometres(-4), y: micrometres(5), z: micrometres(-6), tilt: degrees(10) });
      await expectAt({ x: -4, y: 5, z: -6, tilt: 10 });
    });

    it('has arrived when the move ends, and knows when that was', async () => {
      await stage.move({ x: micrometres(60), y: micrometres(-60) });
      expect(stage.lastMoved()).toBe(column.clock.now());
      await expectRest();
      await expectAt({ x: 60, y: -60 });
    });

    it('sends only the axes that are to move', async () => {
      await stage.move({ y: micrometres(3) });
      await stage.move({});
      const y = expect.closeTo(3, 6) as number;
      expect(column.targets()).toEqual([facts.planarAxesTogether ? { x: 0, y } : { y }]);
    });

    it('takes up backlash by going to target plus backlash first', async () => {
      await stage.move({
        x: micrometres(20),
        y: micrometres(-10),
        backlash: { x: micrometres(-5), y: micrometres(-5) },
      });
      expect(column.targets()).toEqual([
        { x: expect.closeTo(15, 6) as number, y: expect.closeTo(-15, 6) as number },
        { x: expect.closeTo(20, 6) as number, y: expect.closeTo(-10, 6) as number },
      ]);
      await expectAt({ x: 20, y: -10 });
    });

    it('goes to its very limits', async () => {
      await stage.move({ x: micrometres(limits.x[0]), y: micrometres(limits.y[1]) });
      await stage.move({ x: micrometres(limits.x[1]), y: micrometres(limits.y[0]) });
      await expectAt({ x: limits.x[1], y: limits.y[0] });
      await stage.move({ tilt: degrees(largestTiltDegrees) });
      await expectAt({ tilt: largestTiltDegrees });
    });

    it('refuses what lies beyond the limits before anything is sent, the way to take up backlash included', async () => {
      const beyond: readonly StageMove[] = [
        { x: micrometres(limits.x[0] - 0.01) },
        { x: micrometres(limits.x[1] + 0.01) },
        { y: micrometres(limits.y[0] - 0.01), x: micrometres(0) },
        { y: micrometres(limits.y[1] + 0.01) },
        { x: metres(NaN) },
        { z: metres(Infinity) },
        { tilt: degrees(largestTiltDegrees + 0.01) },
        { tilt: degrees(-largestTiltDegrees - 0.01), x: micrometres(1) },
        { tilt: degrees(NaN) },
        { x: micrometres(limits.x[0] + 1), backlash: { x: micrometres(-2), y: micrometres(0) } },
        { y: micrometres(limits.y[1] - 1), backlash: { x: micrometres(0), y: micrometres(2) } },
      ];
      for (const move of beyond) {
        const error: unknown = await stage.move(move).then(
          () => `${JSON.stringify(move)} was accepted`,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(EucentricError);
        expect((error as EucentricError).hint).not.toBe('');
      }
      expect(column.writes()).toEqual([]);
      await expectAt({ x: 0, y: 0, z: 0, tilt: 0 });
    });

    it('never sends a target beyond the limits, whatever it is asked', async () => {
      const around = (low: number, high: number): fc.Arbitrary<number> =>
        fc.double({ min: low - (high - low) / 4, max: high + (high - low) / 4, noNaN: true });
      const anywhere = fc.record(
        {
          x: around(...limits.x),
          y: around(...limits.y),
          tilt: around(-largestTiltDegrees, largestTiltDegrees),
          backlash: fc.option(around(-20, 20)),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(anywhere, async ({ x, y, tilt, backlash }) => {
          const move: StageMove = {
            ...(x !== undefined && { x: micrometres(x) }),
            ...(y !== undefined && { y: micrometres(y) }),
            ...(tilt !== undefined && { tilt: degrees(tilt) }),
            ...(typeof backlash === 'number' && { backlash: { x: micrometres(backlash), y: micrometres(-backlash) } }),
          };
          await stage.move(move).catch((error: unknown) => expect(error).toBeInstanceOf(EucentricError));
        }),
        { numRuns: 60, seed: 20_260_901 },
      );
      for (const sent of column.targets()) {
        for (const axis of ['x', 'y'] as const) {
          expect(sent[axis] ?? 0).toBeGreaterThanOrEqual(limits[axis][0] - step);
          expect(sent[axis] ?? 0).toBeLessThanOrEqual(limits[axis][1] + step);
        }
        expect(Math.abs(sent.tilt ?? 0)).toBeLessThanOrEqual(largestTiltDegrees + step);
      }
      expect(column.targets().length).toBeGreaterThan(10);
    });

    it('sends nothing once the run is stopped', async () => {
      await expect(stage.move({ x: micrometres(5) }, AbortSignal.abort(new StoppedError()))).rejects.toBeInstanceOf(
        StoppedError,
      );
      expect(column.writes()).toEqual([]);
    });

    it('can be stopped at any moment of a move, comes to rest and can be used', async () => {
      for (let turns = 0; turns < 8; turns++) {
        const stop = new AbortController();
        const moving = stage
          .move(
            { x: micrometres(90 + turns), y: micrometres(40), backlash: { x: micrometres(-5), y: micrometres(-5) } },
            stop.signal,
          )
          .catch((error: unknown) => error);
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        stop.abort(new StoppedError());
        const ended = await moving;
        if (ended !== undefined) expect(ended).toBeInstanceOf(StoppedError);
        await expectRest();
        await stage.move({ x: micrometres(0), y: micrometres(0) });
        await expectAt({ x: 0, y: 0 });
      }
    });

    it('stops on request, leaves out what has not been sent, and can be used', async () => {
      const moving = stage
        .move({ x: micrometres(80), backlash: { x: micrometres(-5), y: micrometres(0) } })
        .catch((error: unknown) => error);
      await new Promise((resolve) => setImmediate(resolve));
      await stage.stop();
      expect(await moving).toBeInstanceOf(StoppedError);
      for (const { x } of column.targets()) expect(x).not.toBeCloseTo(80, 3);
      await expectRest();
      await stage.stop();
      await stage.move({ x: micrometres(1) });
      await expectAt({ x: 1 });
    });

    it('never lets two moves run into each other', async () => {
      const moves = [micrometres(30), micrometres(-30)].map((x) => ({ x }));
      const ended = await Promise.allSettled(moves.map((move) => stage.move(move)));
      for (const each of ended) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(EucentricError);
      const last = ended.findLastIndex(({ status }) => status === 'fulfilled');
      expect(last).toBeGreaterThanOrEqual(0);
      await expectRest();
      await expectAt({ x: inMicrometres(moves[last]!.x) });
      expect(column.targets()).toHaveLength(ended.filter(({ status }) => status === 'fulfilled').length);
    });
  });
}
