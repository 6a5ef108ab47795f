import { decodeTiff } from '../../../core/image-files';
import { HttpJsonClient, OpenedClient } from '../../../wires';
import { detectorErrors } from './errors';
import type { DetectorImage, DetectorSettings, JeolDetectorTransport } from './transport';

/** Address of the detector service, and time limits; seconds. */
export interface HttpDetectorsOptions {
  readonly host: string;
  readonly port: number;
  readonly answerLimit: number;
  /** Of an image that is there already, and of a scan beyond the time of its lines. */
  readonly imageLimit: number;
}

const basePath = '/DetectorRESTService/Detector';
const file = 'tiff';
/** Largest image in bytes: 4096 x 4096 pixels of 16 bits with the head of its file. */
const largestImage = 2 * 4096 * 4096 + (1 << 20);

/** JEOL's detector service: JSON and files of images over HTTP, on the computer that TEM Center runs on. */
export class HttpDetectors implements JeolDetectorTransport {
  private readonly opened = new OpenedClient<HttpJsonClient>(() => detectorErrors.notConnected('The STEM camera'));

  constructor(private readonly options: HttpDetectorsOptions) {}

  open(): Promise<void> {
    const { host, port } = this.options;
    const client = new HttpJsonClient({ name: 'the detector service of JEOL', host, port });
    return this.opened.open(client, () => this.getAttachedDetectors());
  }

  close(): Promise<void> {
    return this.opened.close();
  }

  async getAttachedDetectors(): Promise<readonly string[]> {
    return namesIn(await this.get('GetAttachedDetector'), 'GetAttachedDetector');
  }

  async getAssignedDetectors(): Promise<readonly string[]> {
    return namesIn(await this.get('GetAssignChannels'), 'GetAssignChannels');
  }

  async assignTo(detector: string, channel: number): Promise<void> {
    await this.get(`${pathOf(detector)}/AssignChannel/${channel}`);
  }

  async getSettings(detector: string): Promise<DetectorSettings> {
    const call = `${pathOf(detector)}/Setting`;
    const answer = await this.get(call);
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
      throw detectorErrors.strangeAnswer(call, answer);
    return answer as DetectorSettings;
  }

  async change(detector: string, settings: DetectorSettings): Promise<void> {
    await this.post(`${pathOf(detector)}/Setting`, settings);
  }

  async isInserted(detector: string): Promise<boolean> {
    const call = `${pathOf(detector)}/GetInserted`;
    const answer = await this.get(call);
    const told = insertedIn(answer);
    if (told === undefined) throw detectorErrors.strangeAnswer(call, answer);
    return told;
  }

  async setInserted(detector: string, inserted: boolean): Promise<void> {
    await this.post(`${pathOf(detector)}/${inserted ? 'Insert' : 'Retract'}`);
  }

  async scanAll(lasts: number): Promise<void> {
    await this.post('SnapShotAll', undefined, lasts + this.options.imageLimit);
  }

  getScannedImage(detector: string): Promise<DetectorImage> {
    return this.image(detector, 'SnapShotFrame');
  }

  async startLive(detector: string): Promise<void> {
    await this.post(`${pathOf(detector)}/LiveStart`);
  }

  async stopLive(detector: string): Promise<void> {
    await this.post(`${pathOf(detector)}/LiveStop`);
  }

  getLiveImage(detector: string): Promise<DetectorImage> {
    return this.image(detector, 'LiveSnapShot');
  }

  private async get(call: string): Promise<unknown> {
    const { status, value } = await this.opened
      .for(call)
      .get(`${basePath}/${call}`, { limit: 1000 * this.options.answerLimit });
    if (status !== 200) throw detectorErrors.refused(`GET ${call}`, status);
    return value;
  }

  private async post(call: string, body?: DetectorSettings, limit = this.options.answerLimit): Promise<void> {
    const { status } = await this.opened.for(call).post(`${basePath}/${call}`, body, { limit: 1000 * limit });
    if (status !== 200) throw detectorErrors.refused(`POST ${call}`, status);
  }

  private async image(detector: string, kind: string): Promise<DetectorImage> {
    const call = `${pathOf(detector)}/${kind}/${file}`;
    const { status, bytes } = await this.opened
      .for(call)
      .bytes(`${basePath}/${call}`, { limit: 1000 * this.options.imageLimit, largest: largestImage });
    if (status !== 200) throw detectorErrors.refused(`GET ${call}`, status);
    const { image } = decodeTiff(bytes, `the image of ${detector}`);
    const [height = 0, width = 0] = image.shape;
    const { data } = image;
    // Pixels of 8 bits are those of the screen, already scaled.
    if (!(data instanceof Uint16Array)) throw detectorErrors.strangeImage(detector, 'its pixels have not 16 bits');
    return { width, height, data };
  }
}

const pathOf = (detector: string): string => encodeURIComponent(detector);

/** Names of detectors: a list of them, or pairs of a name and the number of its channel in either order. */
function namesIn(answer: unknown, call: string): readonly string[] {
  if (typeof answer !== 'object' || answer === null) throw detectorErrors.strangeAnswer(call, answer);
  const list: readonly unknown[] = Array.isArray(answer) ? answer : Object.entries(answer).flat(2);
  const names = list.filter((each): each is string => typeof each === 'string' && each !== '');
  if (Array.isArray(answer) && names.length < list.length) throw detectorErrors.strangeAnswer(call, answer);
  return names;
}

/** The place of a detector as a truth value, a number or the word of it, by itself or as a member of an answer. */
function insertedIn(answer: unknown): boolean | undefined {
  if (typeof answer === 'boolean') return answer;
  if (answer === 0 || answer === 1) return answer === 1;
  if (typeof answer === 'string') return { true: true, false: false, '1': true, '0': false }[answer.toLowerCase()];
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const members = Object.entries(answer);
  const told = members.length === 1 ? members[0] : members.find(([name]) => /insert/i.test(name));
  return told && insertedIn(told[1]);
}
