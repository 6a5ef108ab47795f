import { type Registry, inDegrees, inMicrometres } from '../core/base';
import { Cameras, Scope, Stage } from '../core/devices';
import { Administrator, type ImageBuffers, type Menu, type Runner, type Session } from '../core/kernel';
import { Optics } from '../core/optics';
import { Calibrations } from '../core/store';

/** The instrument as a console sees it. */
export function sessionOf(
  parts: {
    readonly title: string;
    readonly menu: Menu;
    readonly runner: Runner;
    readonly registry: Registry;
    readonly buffers: ImageBuffers;
  } & Pick<Session, 'plugins' | 'check' | 'onLog'>,
): Session {
  const { title, menu, runner, registry, buffers, plugins, check, onLog } = parts;
  const find: Session['find'] = (key) => (registry.has(key) ? registry.get(key) : undefined);
  return {
    title,
    menu: () => menu.entries(runner.running === undefined),
    get running() {
      return runner.running;
    },
    run: (item, options) => runner.run(item, options),
    stop: () => runner.stop(),
    forecast: async (item, signal) => menu.instance(menu.find(item).id)?.forecast(signal),
    buffers,
    status: () => statusOf(find),
    unsaved: () => {
      const administrator = find(Administrator)?.on ?? false;
      const prompt = find(Calibrations)?.exitPrompt(administrator);
      return prompt && { question: prompt.message, canSave: prompt.ask === 'save' };
    },
    plugins,
    check,
    onLog,
    find,
  };
}

async function statusOf(find: Session['find']): Promise<readonly { readonly name: string; readonly value: string }[]> {
  const scope = find(Scope);
  const stage = find(Stage);
  const cameras = find(Cameras);
  const optics = find(Optics);
  const lines: { name: string; value: string }[] = [];
  const camera = cameras?.selected.traits;
  if (scope) {
    const magIndex = await scope.magIndex.read();
    const magnification = optics && camera ? `${optics.magnificationFor(magIndex, camera.index)}x, ` : '';
    const { x, y } = await scope.imageShift.read();
    lines.push(
      { name: 'Column', value: scope.traits.model },
      { name: 'Magnification', value: `${magnification}mag index ${magIndex}` },
      { name: 'Image shift', value: `${x.toFixed(3)}, ${y.toFixed(3)} units` },
      { name: 'Defocus', value: `${inMicrometres(await scope.defocus.read()).toFixed(2)} um` },
      { name: 'Spot size', value: `${await scope.spotSize.read()}, ${await scope.probeMode.read()}probe` },
    );
  }
  if (stage) {
    const { x, y, z, tilt } = await stage.position.read();
    lines.push({
      name: 'Stage',
      value: `${[x, y, z].map((each) => inMicrometres(each).toFixed(2)).join(', ')} um, ${inDegrees(tilt).toFixed(1)} degrees`,
    });
  }
  if (camera) lines.push({ name: 'Camera', value: `${camera.name}, ${camera.width} x ${camera.height} pixels` });
  return lines;
}
