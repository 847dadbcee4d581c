/** Types of htm: binds a template literal to a function that makes elements. */
export default class htm {
  static bind<Result>(
    make: (type: never, props: never, ...children: never[]) => Result,
  ): (parts: TemplateStringsArray, ...values: unknown[]) => Result;
}
