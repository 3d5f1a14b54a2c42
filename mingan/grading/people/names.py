"""Names by which models and their makers give themselves away, in the forms they are written in.

Several lists, because a name costs something to hide: an answer about search engines that loses the
word 百度 cannot be judged any more. Names of models that mean nothing else are hidden wherever
they stand; names that are also words, and makers that are known for other things, only where the
answer speaks of itself. Data only; `masking` knows what to do with it.
"""

from __future__ import annotations

MODELS = (
    # Chinese
    "文心一言", "文心大模型", "文小言", "通义千问", "讯飞星火", "星火认知", "星火大模型",
    "日日新", "智谱清言", "智谱", "面壁智能", "面壁露卡", "天工大模型", "天工AI", "混元助手",
    "腾讯混元", "混元大模型", "腾讯元宝", "云雀模型", "盘古大模型", "百川大模型", "百川智能",
    "百小应", "零一万物", "月之暗面", "深度求索", "阶跃星辰", "海螺AI", "海螺问问", "紫东太初",
    "书生浦语", "书生·浦语", "元语智能", "澜舟", "孟子大模型", "360智脑", "奇元大模型",
    "曹植大模型", "从容大模型", "序列猴子", "西湖大模型", "灵犀助手", "纳米AI", "龙猫大模型",
    "小爱同学", "蓝心大模型", "安第斯大模型", "夸克AI", "小米大模型", "豆包大模型", "悟道大模型",
    "商量大模型",
    # Latin
    "ChatGPT", "GPT", "InstructGPT", "WebGPT", "text-davinci", "OpenAI", "Anthropic", "DeepMind",
    "ChatGLM", "CodeGeeX", "Zhipu", "ERNIE Bot", "Wenxin Yiyan", "Qwen", "QwQ", "QVQ", "Tongyi",
    "SenseChat", "SenseNova", "SparkDesk", "iFlytek", "Hailuo AI", "Hunyuan", "Doubao",
    "Seed-OSS", "Baichuan", "DeepSeek", "Moonshot AI", "StepFun", "InternLM", "InternVL",
    "XVERSE", "CPM-Bee", "CPM-Ant", "MiniCPM", "OpenBMB", "ModelBest", "Skywork", "TigerBot",
    "TechGPT", "StableLM", "SmolLM", "TinyLlama", "Mistral", "Mixtral", "Codestral", "Magistral",
    "Ministral", "Bing Chat", "Google Bard", "PaLM 2", "LaMDA", "CodeGemma", "Command R+",
    "BLOOMZ", "Yi-34B", "Yi-Large", "WizardLM", "Zephyr-7B", "OpenChat", "OpenAssistant",
    "Nemotron", "Nous-Hermes", "Dolly-v2", "OLMo", "EXAONE", "HyperCLOVA", "GigaChat",
    "YandexGPT", "AllenAI", "EleutherAI", "HuggingFace", "LongCat", "Inflection AI",
    "Character.AI", "AI21 Labs", "LLaVA", "o1-mini", "o1-preview", "o3-mini", "o4-mini",
    "SenseTime", "Xiaomi MiMo",
)  # fmt: skip
"""Hidden wherever they stand, unless the question itself names them."""

VERSIONED = (
    "Claude", "Gemini", "Llama", "Gemma", "Grok", "Phi", "ERNIE", "GLM", "Kimi", "PanGu",
    "MiniMax", "abab", "Falcon", "Vicuna", "Spark", "Hailuo",
)  # fmt: skip
"""Hidden wherever they stand with a version number; otherwise they are like `WORDS`."""

WORDS = (
    *VERSIONED, "Bard", "MOSS", "Alpaca", "Bloom", "Copilot", "Orca", "Dolly", "Koala", "Guanaco",
    "Zephyr", "Sydney", "Bing", "Le Chat", "Pythia", "Cohere", "Perplexity", "BELLE", "Luca",
    "Ziya", "Aquila", "Skylark", "Moonshot", "xAI", "Siri", "Alexa", "文心", "通义", "千问",
    "星火", "商量", "悟道", "面壁", "露卡", "天工", "混元", "元宝", "豆包", "扣子", "盘古",
    "百川", "海螺", "悟空", "紫东", "书生", "夸克", "秘塔", "灵犀", "小冰", "小度", "小艺",
    "应事", "万知", "跃问", "智海", "玉言", "言犀",
)  # fmt: skip
"""Also words of their own: hidden only where the answer speaks of itself."""

MAKERS = (
    "百度", "阿里巴巴", "阿里云", "阿里", "达摩院", "腾讯", "字节跳动", "华为", "科大讯飞",
    "讯飞", "商汤科技", "商汤", "昆仑万维", "奇虎", "360公司", "京东", "网易", "小米", "美团",
    "快手", "知乎", "出门问问", "清华大学", "清华", "复旦大学", "复旦", "上海人工智能实验室",
    "北京智源", "智源研究院", "中科院", "谷歌", "微软", "脸书", "苹果公司", "亚马逊", "英伟达",
    "马斯克", "Google", "Microsoft", "Meta AI", "Meta", "Facebook", "Amazon", "Apple", "NVIDIA",
    "IBM", "Alibaba Cloud", "Alibaba", "Baidu", "Tencent", "ByteDance", "Huawei", "Tsinghua",
    "Fudan", "Shanghai AI Laboratory", "Shanghai AI Lab", "BAAI", "Elon Musk", "Stability AI",
    "Databricks", "Salesforce", "Samsung", "Naver",
)  # fmt: skip
"""Known for other things too: hidden only where the answer speaks of itself."""
