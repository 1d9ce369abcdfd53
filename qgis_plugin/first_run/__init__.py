"""What a person sees who has no worker yet: three ways to have one, and a sample to predict.

readiness      whether a prediction could begin, and what lacks
page           the page, shown where the form will be
"""
