// The OtError of a call that must fail: any other error, and success, fail the test.
import { isOtError, type OtError, type OtErrorCode } from "monge";

export async function refusal(call: () => unknown, code: OtErrorCode): Promise<OtError> {
  try {
    await call();
  } catch (error) {
    if (isOtError(error, code)) return error;
    throw error;
  }
  throw new Error(`expected an OtError with code ${code}, got a result`);
}
