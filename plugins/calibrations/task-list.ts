import type { GivenPlace, PluginHost } from '../../core/kernel';

/** One task as people know it. */
interface KnownTask {
  /** The last part of its id and the name of its file. */
  readonly name: string;
  readonly label: string;
  readonly summary: string;
}

const task = (name: string, label: string, summary: string): KnownTask => ({ name, label, summary });

/**
 * The tasks by groups and in their order: the one place of their ids, labels and sentences. The id of a task is `calibrations/tasks/` and
 * its name; its file has that name, in the folder `tasks` or in one below it. A task that has no file is shown greyed with the reason
 * "not built yet", so this list is not edited when one is added.
 */
const taskList: readonly (readonly [group: string, tasks: readonly KnownTask[]])[] = [
  [
    'Focus',
    [
      task('autofocus', 'Autofocus', 'Measures the defocus by beam tilt and brings it to the target.'),
      task('check-autofocus', 'Check Autofocus', 'Measures a known change of defocus by beam tilt.'),
      task(
        'measure-defocus-by-ctf',
        'Measure Defocus by CTF',
        'Measures defocus and astigmatism from the Thon rings of a Record image.',
      ),
      task('set-eucentric-focus', 'Set Eucentric Focus', 'Goes to the standard focus of the present magnification.'),
    ],
  ],
  [
    'Astigmatism',
    [
      task(
        'correct-astigmatism-by-ctf',
        'Correct Astigmatism by CTF',
        'Corrects the objective stigmator by what CTF fits measure.',
      ),
      task(
        'correct-astigmatism-by-btid',
        'Correct Astigmatism by BTID',
        'Corrects the objective stigmator by beam-tilt-induced displacements.',
      ),
      task(
        'report-stigmator-needed',
        'Report Stigmator Needed',
        'Tells the change of the objective stigmator that the last measurement of astigmatism found.',
      ),
    ],
  ],
  [
    'Coma',
    [
      task(
        'coma-free-alignment-by-ctf',
        'Coma-free Alignment by CTF',
        'Corrects the beam tilt for coma by what CTF fits measure.',
      ),
      task(
        'coma-free-alignment-by-btid',
        'Coma-free Alignment by BTID',
        'Corrects the beam tilt for coma by beam-tilt-induced displacements.',
      ),
      task(
        'report-coma-tilt-needed',
        'Report Coma Tilt Needed',
        'Tells the change of the beam tilt that the last measurement of coma found.',
      ),
      task(
        'report-coma-vs-is-matrix',
        'Report Coma vs. IS Matrix',
        'Tells the change of the beam tilt that a unit of image shift needs.',
      ),
      task(
        'adjust-beam-tilt-for-image-shift',
        'Adjust Beam Tilt for Image Shift',
        'Brings beam tilt and stigmator once to where an image shift needs them.',
      ),
      task(
        'restore-beam-tilt',
        'Restore Beam Tilt',
        'Takes off beam tilt and stigmator what was added for image shift.',
      ),
    ],
  ],
  [
    'Beam',
    [
      task(
        'change-intensity-by-factor',
        'Change Intensity by Factor',
        'Makes the beam brighter or dimmer by a factor, by the tables of Beam Intensity.',
      ),
      task(
        'set-displayed-intensity',
        'Set Displayed Intensity',
        'Sets the intensity to a value as it is displayed, in per cent or in micrometres of illuminated area.',
      ),
      task(
        'change-displayed-intensity',
        'Change Displayed Intensity',
        'Changes the intensity by an amount as it is displayed.',
      ),
      task(
        'set-intensity-for-a-dose',
        'Set Intensity for a Dose',
        'Sets the intensity for a dose of Record images, or for a dose rate, by the calibrated dose.',
      ),
      task(
        'set-intensity-for-a-mean-count',
        'Set Intensity for a Mean Count',
        'Sets the intensity with which Record images have a mean count.',
      ),
      task(
        'centre-beam-from-image',
        'Centre Beam from Image',
        'Centres the beam by beam shift, from where Trial images show it.',
      ),
      task(
        'move-beam-by-micrometres',
        'Move Beam by Micrometres',
        'Moves the beam by micrometres on the specimen, along the axes of the camera.',
      ),
      task(
        'move-beam-by-field-fraction',
        'Move Beam by Field Fraction',
        'Moves the beam by parts of the camera field.',
      ),
    ],
  ],
  [
    'Energy Filter',
    [
      task(
        'refine-zero-loss-peak',
        'Refine Zero-Loss Peak',
        'Centres the zero-loss peak in the slit of the energy filter, and checks it by a fresh scan.',
      ),
    ],
  ],
  [
    'Low Dose',
    [
      task(
        'find-shift-offset',
        'Find Shift Offset',
        'Finds the shift offset with which View or Search shows the same point as Record.',
      ),
      task(
        'revert-shift-offset',
        'Revert Shift Offset',
        'Puts back the shift offset that was in use before the last one was found.',
      ),
    ],
  ],
];

/** The place of a task among the tasks. */
interface PlacedTask extends GivenPlace {
  readonly id: string;
}

/** Folder of the tasks, and the part of their ids that says so. */
export const taskFolder = 'tasks';

/** The place of every task by its id. */
export const taskPlaces: ReadonlyMap<string, PlacedTask> = new Map(
  taskList
    .flatMap(([group, tasks]) =>
      tasks.map(({ name, label, summary }) => ({
        id: `calibrations/${taskFolder}/${name}`,
        menu: [group],
        label,
        summary,
      })),
    )
    .map((each) => [each.id, each]),
);

/** Shows all tasks in their order, with a greyed place for what no file brings. */
export function showTasks(host: Pick<PluginHost, 'arrangeMenu' | 'unavailableItem'>, built: ReadonlySet<string>): void {
  for (const place of taskPlaces.values())
    if (!built.has(place.id)) host.unavailableItem({ ...place, kind: 'task', reason: 'not built yet' });
  host.arrangeMenu(taskList.map(([label, tasks]) => ({ label, items: tasks.map((each) => each.label) })));
}
