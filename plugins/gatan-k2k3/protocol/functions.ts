import { packetFunctions } from '../../../wires';

const image = ['pixels', 'width', 'height', 'chunks'] as const;
const nothing = {} as const;

/**
 * The functions of the camera server in DigitalMicrograph (its plugin of version 120). `pixels` is the number of elements of an image,
 * areas end before `bottom` and `right`, times are in seconds unless named otherwise. What acts or measures is never repeated.
 */
export const gatanFunctions = packetFunctions({
  /** Runs a DM script; the value is what it gives to `Exit`, -999 being a failure. */
  ExecuteScript: {
    code: 1,
    request: { longs: ['arraySize'], booleans: ['selectCamera'] },
    reply: { doubles: ['value'] },
    repeatable: false,
  },
  SetDebugMode: { code: 2, request: { longs: ['mode'] }, reply: nothing, repeatable: true },
  SetDMVersion: { code: 3, request: { longs: ['version'] }, reply: nothing, repeatable: true },
  SetCurrentCamera: { code: 4, request: { longs: ['camera'] }, reply: nothing, repeatable: true },
  /** A script to be run with the next acquisition. */
  QueueScript: { code: 5, request: { longs: ['arraySize'] }, reply: nothing, repeatable: false },
  /** `shutterDelay` is in ticks of 1/60 s. */
  GetAcquiredImage: {
    code: 6,
    request: {
      longs: [
        'pixels',
        'width',
        'height',
        'processing',
        'binning',
        'top',
        'left',
        'bottom',
        'right',
        'shutter',
        'shutterDelay',
        'divideBy2',
        'corrections',
      ],
      doubles: ['exposure', 'settling'],
    },
    reply: { longs: image },
    image: 2,
    repeatable: false,
  },
  GetDarkReference: {
    code: 7,
    request: {
      longs: [
        'pixels',
        'width',
        'height',
        'binning',
        'top',
        'left',
        'bottom',
        'right',
        'shutter',
        'divideBy2',
        'corrections',
      ],
      doubles: ['exposure', 'settling'],
    },
    reply: { longs: image },
    image: 2,
    repeatable: false,
  },
  /** The image is of 32-bit floating-point numbers. */
  GetGainReference: {
    code: 8,
    request: { longs: ['pixels', 'width', 'height', 'binning'] },
    reply: { longs: image },
    image: 4,
    repeatable: true,
  },
  SelectCamera: { code: 9, request: { longs: ['camera'] }, reply: nothing, repeatable: true },
  SetReadMode: { code: 10, request: { longs: ['mode'], doubles: ['scaling'] }, reply: nothing, repeatable: true },
  GetNumberOfCameras: { code: 11, request: nothing, reply: { longs: ['count'] }, repeatable: true },
  IsCameraInserted: { code: 12, request: { longs: ['camera'] }, reply: { booleans: ['inserted'] }, repeatable: true },
  InsertCamera: { code: 13, request: { longs: ['camera'], booleans: ['inserted'] }, reply: nothing, repeatable: false },
  /** 10000 * (major + 2) + 100 * (minor / 10) + minor % 10. */
  GetDMVersion: { code: 14, request: nothing, reply: { longs: ['version'] }, repeatable: true },
  GetDMCapabilities: {
    code: 15,
    request: nothing,
    reply: { booleans: ['canSelectShutter', 'canSetSettling', 'openShutterWorks'] },
    repeatable: true,
  },
  SetShutterNormallyClosed: { code: 16, request: { longs: ['camera', 'shutter'] }, reply: nothing, repeatable: true },
  SetNoDMSettling: { code: 17, request: { longs: ['camera'] }, reply: nothing, repeatable: true },
  /** Flyback in microseconds, line frequency in hertz, rotation in degrees. */
  GetDSProperties: {
    code: 18,
    request: { longs: ['extraDelay'], doubles: ['addedFlyback', 'margin'] },
    reply: { longs: ['doFlip'], doubles: ['flyback', 'lineFrequency', 'rotationOffset'] },
    repeatable: true,
  },
  /** The array holds the channels; the image is of the first one. `pixelTime` is in microseconds. */
  AcquireDSImage: {
    code: 19,
    request: {
      longs: ['pixels', 'width', 'height', 'lineSync', 'continuous', 'divideBy2', 'arraySize'],
      doubles: ['rotation', 'pixelTime'],
    },
    reply: { longs: image },
    image: 2,
    repeatable: false,
  },
  ReturnDSChannel: {
    code: 20,
    request: { longs: ['pixels', 'width', 'height', 'channel', 'divideBy2'] },
    reply: { longs: image },
    image: 2,
    repeatable: false,
  },
  StopDSAcquisition: { code: 21, request: nothing, reply: nothing, repeatable: true },
  /** The array holds a path; the answer is the time of the file in two halves. */
  CheckReferenceTime: {
    code: 22,
    request: { longs: ['arraySize'] },
    reply: { longs: ['timeLow', 'timeHigh'] },
    repeatable: true,
  },
  SetK2Parameters: {
    code: 23,
    request: {
      longs: ['readMode', 'hardwareProcessing', 'arraySize'],
      booleans: ['doseFractions', 'align', 'saveFrames'],
      doubles: ['scaling', 'frameTime'],
    },
    reply: nothing,
    repeatable: true,
  },
  /** Asks for the next chunk of an image; only ever sent inside a transfer, and never answered. */
  ChunkHandshake: { code: 24, request: nothing, repeatable: false },
  SetupFileSaving: {
    code: 25,
    request: { longs: ['rotationFlip', 'arraySize'], booleans: ['filePerImage'], doubles: ['pixelSize'] },
    reply: { longs: ['error'] },
    repeatable: false,
  },
  GetFileSaveResult: { code: 26, request: nothing, reply: { longs: ['saved', 'error'] }, repeatable: true },
  SetupFileSaving2: {
    code: 27,
    request: {
      longs: ['rotationFlip', 'flags', 'arraySize'],
      booleans: ['filePerImage'],
      doubles: ['pixelSize', 'grabAndSum', 'threshold', 'thresholdPlus', 'spare'],
    },
    reply: { longs: ['error'] },
    repeatable: false,
  },
  /** The image is of pairs of 16-bit integers, `pixels` being the number of integers. */
  GetDefectList: {
    code: 28,
    request: { longs: ['pixels'] },
    reply: { longs: ['pixels', 'points', 'total', 'chunks'] },
    image: 2,
    repeatable: true,
  },
  /** `reducedSizes` and `fullSizes` are width + 100000 * height of the final and the full image. */
  SetK2Parameters2: {
    code: 29,
    request: {
      longs: ['readMode', 'hardwareProcessing', 'rotationFlip', 'flags', 'arraySize'],
      booleans: ['doseFractions', 'align', 'saveFrames'],
      doubles: ['scaling', 'frameTime', 'reducedSizes', 'fullSizes', 'spare1', 'spare2'],
    },
    reply: nothing,
    repeatable: true,
  },
  StopContinuousCamera: { code: 30, request: nothing, reply: nothing, repeatable: true },
  GetPluginVersion: { code: 31, request: nothing, reply: { longs: ['version'] }, repeatable: true },
  GetLastError: { code: 32, request: nothing, reply: { longs: ['error'] }, repeatable: true },
  FreeK2GainReference: { code: 33, request: { longs: ['which'] }, reply: nothing, repeatable: true },
  IsGpuAvailable: {
    code: 34,
    request: { longs: ['gpu'] },
    reply: { longs: ['available'], doubles: ['memory'] },
    repeatable: true,
  },
  /**
   * The server reads the last doubles one place too far: what it takes as the stop value is what stands here as `refinementRadius`, and
   * what it takes as the radius is what stands as `spare`. So a caller puts each of the two one place further than its name says.
   */
  SetupFrameAligning: {
    code: 35,
    request: {
      longs: [
        'binning',
        'flags',
        'gpuFlags',
        'allVersusAll',
        'groupSize',
        'shiftLimit',
        'antialias',
        'refineIterations',
        'sumAndGrab',
        'frameStartEnd',
        'frameThresholds',
        'arraySize',
      ],
      doubles: [
        'radius1',
        'radius2',
        'radius3',
        'sigmaRatio',
        'truncationLimit',
        'stopIterationsBelow',
        'refinementRadius',
        'spare',
      ],
    },
    reply: { longs: ['error'] },
    repeatable: false,
  },
  FrameAlignResults: {
    code: 36,
    request: nothing,
    reply: {
      longs: ['crossHalf', 'crossQuarter', 'crossEighth', 'halfNyquist', 'spareLong'],
      doubles: [
        'rawDistance',
        'smoothedDistance',
        'residualMean',
        'residualLargest',
        'meanRawLargest',
        'rawLargest',
        'spare1',
        'spare2',
      ],
    },
    repeatable: true,
  },
  ReturnDeferredSum: {
    code: 37,
    request: { longs: ['pixels', 'width', 'height'] },
    reply: { longs: image },
    image: 2,
    repeatable: false,
  },
  MakeAlignComFile: {
    code: 38,
    request: { longs: ['flags', 'spareLong', 'arraySize'], doubles: ['spare1', 'spare2'] },
    reply: { longs: ['error'] },
    repeatable: false,
  },
  WaitUntilReady: { code: 39, request: { longs: ['which'] }, reply: nothing, repeatable: true },
  GetLastDoseRate: { code: 40, request: nothing, reply: { doubles: ['doseRate'] }, repeatable: true },
  SaveFrameMdoc: { code: 41, request: { longs: ['flags', 'arraySize'] }, reply: nothing, repeatable: false },
  GetDMVersionAndBuild: { code: 42, request: nothing, reply: { longs: ['version', 'build'] }, repeatable: true },
  GetTiltSumProperties: {
    code: 43,
    request: nothing,
    reply: {
      longs: ['index', 'frames', 'firstSlice', 'lastSlice', 'spareLong'],
      doubles: ['angle', 'spare1', 'spare2'],
    },
    repeatable: true,
  },
});

/** The functions by name. */
export type GatanFunctions = typeof gatanFunctions;
/** The name of a function of the camera server. */
export type GatanFunctionName = keyof GatanFunctions;
