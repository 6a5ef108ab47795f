import { cameraIndex, describePlace, magIndex } from '../../../core/base';
import { type Session, helpText } from '../../../core/kernel';
import { instrumentNow } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { CalibrationHistory, Calibrations, type RestorePlace } from '../../../core/store';
import type { Command, HistoryRow, ProblemRow } from '../protocol';
import { consoleErrors } from './errors';
import { inForceIn } from './guide/guide';
import { historyRows } from './guide/history-rows';
import type { Images } from './images/images';
import { countsAt, profileAlong } from './images/profile';
import type { Rings } from './images/rings';
import type { HeavyWork } from './heavy-work';
import type { PlainActions } from './plain-actions';
import type { InstrumentControl } from './instrument-control';
import type { RunControl } from './run-control';
import type { SettingsPanel } from './settings-panel';
import type { Visitor } from './web/visitor';
import type { Visitors } from './web/visitors';
import { performWorkingState, type WorkingStateParts } from './working-state/commands';

/** Objects on which commands act. */
export interface CommandParts {
  readonly session: Session;
  readonly runs: RunControl;
  readonly images: Images;
  readonly rings: Rings;
  readonly settings: SettingsPanel;
  readonly instrument: InstrumentControl;
  readonly actions: PlainActions;
  readonly heavy: HeavyWork;
  readonly working: WorkingStateParts;
  readonly visitors: () => Visitors;
  /** Reads again everything that the command may have changed. */
  readonly refresh: () => void;
}

const actionLimitMilliseconds = 180_000;

/** Performs a command of a page, if that page may. */
export async function perform(command: Command, visitor: Visitor, parts: CommandParts): Promise<unknown> {
  const { session, runs, images, settings, instrument, actions, heavy } = parts;
  const mustControl = (): void => parts.visitors().checkControl(visitor);
  const mustBeFree = (): void => {
    mustControl();
    runs.checkFree();
  };
  switch (command.do) {
    case 'run': {
      // An item has several names. The role is checked on the item itself, and this very item is started.
      const entry = session.findItem(command.item);
      if (entry.declaration?.administratorOnly) mustAdminister(visitor);
      mustControl();
      return runs.start(entry);
    }
    case 'stop':
      // Everybody may stop a run, in control or not.
      mustWork(visitor);
      actions.stop();
      runs.stop();
      return parts.working.live.stop();
    case 'answer':
      mustControl();
      return runs.questions.answer(command.waiting, command.values, visitor.role);
    case 'press':
      mustControl();
      return runs.questions.press(command.waiting, command.button);
    case 'mark':
      mustControl();
      return runs.questions.mark(command.waiting, { from: command.from, ...(command.to && { to: command.to }) });
    case 'forecast':
      return instrument.forecast(command.item);
    case 'help':
      return help(session, command.item);
    case 'take':
      mustBeFree();
      // A run has its operator take images as needed.
      if (!runs.isRunning) parts.working.buffers.protect(undefined, command.drop);
      await instrument.take(command.set);
      return parts.refresh();
    case 'set':
      mustBeFree();
      await settings.write(command.setting, command.value, visitor.name);
      return parts.refresh();
    case 'drag-image':
      mustBeFree();
      await actions.perform('Image shift', actionLimitMilliseconds, () =>
        instrument.drag(images.takenAt(command.image), command.by),
      );
      return settings.refresh();
    case 'image':
      images.find(command.image);
      return visitor.sendImage(command.request, () =>
        images.message({
          request: command.request,
          number: command.image,
          transform: command.transform,
          largest: command.largest,
          ...(command.part && { part: command.part }),
        }),
      );
    case 'counts':
      return countsAt(images.find(command.image).frame.image, command.at);
    case 'profile':
      return profileAlong(images.find(command.image).frame.image, command.from, command.to);
    case 'fit-rings':
      return heavy.do(visitor.id, () => parts.rings.fit(command.image, command.search));
    case 'rings-at':
      return parts.rings.at(command.image, command.at);
    case 'expect-rings':
      mustWork(visitor);
      return parts.rings.expect(command.defocus, command.phase);
    case 'history':
      return heavy.do(visitor.id, () => history(session, command.item, runs.isMeasuring));
    case 'history-plots':
      return heavy.do(
        visitor.id,
        async () => (await session.find(CalibrationHistory)?.entry(command.entry))?.plots ?? [],
      );
    case 'restore':
      mustAdminister(visitor);
      mustControl();
      await session.find(CalibrationHistory)?.restore(command.entry, command.which, placeOf(command));
      return parts.refresh();
    case 'check':
      return heavy.do(visitor.id, () => problems(session));
    case 'control':
      return parts.visitors().control(visitor, command.take, command.to);
    case 'name':
      return parts.visitors().name(visitor, command.name);
    default:
      return performWorkingState(command, {
        session,
        parts: parts.working,
        images,
        actions,
        visitor,
        mustBeFree,
        mustControl,
        mustAdminister: () => mustAdminister(visitor),
        mustWork: () => mustWork(visitor),
        refresh: parts.refresh,
      });
  }
}

/** The help page of an item; its summary where it has none. */
function help(session: Session, item: string): string {
  const { label, summary, declaration } = session.findItem(item);
  return (declaration && helpText(declaration)) ?? `# ${label}\n\n${summary}`;
}

function mustWork({ role }: Visitor): void {
  if (role === 'observer') throw consoleErrors.roleTooLow('operator');
}

function mustAdminister({ role }: Visitor): void {
  if (role !== 'administrator') throw consoleErrors.roleTooLow('administrator');
}

/** The place at which a value will be restored. */
const placeOf = ({ at, anyway }: Extract<Command, { do: 'restore' }>): RestorePlace => ({
  ...(at?.magIndex !== undefined && { magIndex: magIndex(at.magIndex) }),
  ...(at?.camera !== undefined && { camera: cameraIndex(at.camera) }),
  ...(anyway && { anyway }),
});

/** The history for the page. A run that measures has the wire to itself, so the high tension is not read then. */
async function history(session: Session, item: string | undefined, measuring: boolean): Promise<readonly HistoryRow[]> {
  const kept = session.find(CalibrationHistory);
  const entries = (await kept?.list(item === undefined ? {} : { item })) ?? [];
  const items = new Map([...session.menu(), ...session.tasks()].map((entry) => [entry.id, entry]));
  return historyRows(entries, (id) => items.get(id), session.deviceSettings(), {
    inForce: inForceIn(session.find(Calibrations), session.find(Settings)),
    now: await instrumentNow((token) => session.find(token), !measuring),
    ...(kept && { obstacle: (entry, which) => kept.obstacle(entry, which) }),
  });
}

function problems(session: Session): readonly ProblemRow[] {
  return session.check().map(({ severity, code, message, hint, place }) => ({
    severity,
    code,
    message,
    hint,
    place: describePlace(place),
  }));
}
