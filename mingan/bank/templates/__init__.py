"""Templates: questions with slots, and the small safe language in which they are written.

instance(template, …)        the question that these words name
instances(template, n, …)    n different ones
failed_checks(template, i)   where an independent check contradicts the answer
"""

from mingan.bank.templates.draw import Draw
from mingan.bank.templates.template import Instance, Template, failed_checks, instance, instances

__all__ = ["Draw", "Instance", "Template", "failed_checks", "instance", "instances"]
