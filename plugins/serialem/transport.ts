/** A value that a command takes or reports. */
export type ScriptValue = number | string;

/** Options of a command. */
export interface CommandOptions {
  /** Seconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * The script commands of SerialEM that this plugin uses, by number, in the units of its scripts; one implementation for
 * each wire.
 */
export interface SerialEmTransport {
  /** Reaches SerialEM and asks it to let itself be controlled; no command is run before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
  /** Runs a command to its end and gives what it reports. */
  run(command: number, given: readonly ScriptValue[], options?: CommandOptions): Promise<readonly ScriptValue[]>;
  /**
   * Fetches the image in a buffer; undefined when there is none.
   * @param buffer from 0, which is A
   * @param room most bytes that the image may have
   */
  image(buffer: number, room: number, options?: CommandOptions): Promise<BufferImage | undefined>;
}

/** An image as SerialEM keeps it, its rows from the top. */
export interface BufferImage {
  /** Number of the kind of its pixels. */
  readonly type: number;
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly rowBytes: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The numbers of the commands, which are their places in SerialEM's list; it only ever grows at its end. */
export const commands = {
  TiltTo: 65,
  View: 69,
  Focus: 71,
  Trial: 73,
  Record: 75,
  Preview: 77,
  SetDefocus: 200,
  SetAbsoluteFocus: 202,
  SetMagIndex: 213,
  SetCamLenIndex: 218,
  SetSpotSize: 219,
  SetProbeMode: 220,
  ScreenUp: 224,
  ScreenDown: 225,
  ReportScreen: 226,
  ReportScreenCurrent: 227,
  SetBeamShift: 241,
  SetBeamTilt: 244,
  ReportBeamShift: 245,
  ReportBeamTilt: 246,
  SetImageShift: 247,
  ReportImageShift: 249,
  SetObjectiveStigmator: 250,
  ReportObjectiveStigmator: 256,
  MoveStageTo: 286,
  ReportStageXYZ: 293,
  ReportTiltAngle: 294,
  ReportMagIndex: 298,
  ReportCameraLength: 299,
  ReportDefocus: 300,
  ReportAbsoluteFocus: 302,
  ReportPercentC2: 303,
  ReportIlluminatedArea: 305,
  ReportAlpha: 307,
  ReportSpotSize: 308,
  ReportProbeMode: 309,
  /** Slit width and loss in electronvolts, and 1 for a slit that is in. */
  ReportEnergyFilter: 310,
  SetFreeLensControl: 314,
  SetLensWithFLC: 315,
  ReportLensFLCStatus: 316,
  ImageProperties: 342,
  SetPercentC2: 396,
  SetIlluminatedArea: 398,
  SetAlpha: 400,
  NormalizeLenses: 403,
  SetSlitWidth: 413,
  SetEnergyLoss: 414,
  SetSlitIn: 416,
  SelectCamera: 418,
  SetExposure: 419,
  SetBinning: 420,
  SetCameraArea: 421,
  SetCenteredSize: 422,
  SetContinuous: 424,
  SetProcessing: 425,
  SetK2ReadMode: 428,
  SetDoseFracParams: 429,
  RestoreCameraSet: 438,
  SetBeamBlank: 459,
  ReportLowDose: 530,
  SetImageBeamTilt: 560,
  ReportImageBeamTilt: 561,
  SetCondenserStigmator: 562,
  ReportCondenserStigmator: 582,
  ReportApertureSize: 661,
  SetApertureSize: 662,
} as const;
/** The name of a command. */
export type CommandName = keyof typeof commands;
